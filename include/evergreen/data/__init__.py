"""Raw objects to validated, split snapshots."""
