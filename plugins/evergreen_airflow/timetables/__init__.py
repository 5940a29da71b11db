"""When runs are due."""
