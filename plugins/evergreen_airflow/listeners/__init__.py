"""What happens when Airflow says that something happened."""
