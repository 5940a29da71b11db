"""How people are told: Airflow notifiers."""
