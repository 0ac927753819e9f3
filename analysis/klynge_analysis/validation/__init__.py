"""The fifty patterns of the evidence against the model: what `klynge validate` and `klynge ablate` do. README.md says how to add
one."""
