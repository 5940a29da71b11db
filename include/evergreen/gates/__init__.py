"""Numbers to a verdict."""
