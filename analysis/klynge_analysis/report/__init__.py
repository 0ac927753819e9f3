"""The page of `klynge report`: what is read from a file, how it is said in two languages, and how it becomes one HTML file."""
