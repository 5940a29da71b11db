"""How good a model is on given rows, and for whom: metrics, slices and groups, with their intervals."""
