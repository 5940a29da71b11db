"""Evergreen keeps the models of a company fresh and governed; this package never imports Airflow."""

import os

# OpenMP reads this once, when scikit-learn is loaded. Threads that spin while they wait take the cores from whatever else
# runs, and from each other: on a machine with more to do than cores a training took four times its CPU seconds.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
