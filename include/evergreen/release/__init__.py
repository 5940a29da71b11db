"""A challenger's way to champion: approve, release."""
