"""A split snapshot to a candidate."""
