"""Airflow on one side, one call into evergreen on the other.

Nothing here imports a heavy third party at module level: DAG files are parsed every minute, and every component
of Airflow loads the plugin.
"""
