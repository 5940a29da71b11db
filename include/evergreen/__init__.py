"""Evergreen keeps the models of a company fresh and governed; this package never imports Airflow."""
