"""Monitoring: what a champion meets and how it does, held against what it was trained and judged on."""
