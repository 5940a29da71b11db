"""Airflow on one side, one call into evergreen on the other."""
