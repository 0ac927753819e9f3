"""What is done with Klynge's result files: reading, comparing, scoring. Knows the HDF5 file only."""
