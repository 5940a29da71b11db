"""A version to the directory that serves."""
