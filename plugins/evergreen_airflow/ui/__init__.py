"""Links on the tasks, and pages behind Airflow's login."""
