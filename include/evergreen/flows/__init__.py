"""Stations put together without Airflow."""
