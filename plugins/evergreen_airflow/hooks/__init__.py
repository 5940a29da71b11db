"""From Airflow's connections to what evergreen asks for."""
