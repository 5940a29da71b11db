"""The local stack: PostgreSQL, S3, MLflow and Airflow on loopback, under one supervisor."""
