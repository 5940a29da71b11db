#!/usr/bin/env bash
# One run before the others start: bucket, schema, roles, pool. Safe to run again.
set -euo pipefail
evergreen store check --create-bucket
airflow db migrate
airflow pools set training 1 "Concurrent trainings"
airflow users create --role Admin --username admin --firstname Evergreen --lastname Admin \
  --email admin@example.com --password "$ADMIN_PASSWORD"
