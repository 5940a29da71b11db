"""The model card: from the records of a version to a page that a person reads."""
