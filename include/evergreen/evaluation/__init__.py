"""Packages to numbers with intervals."""
