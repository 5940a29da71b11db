#!/usr/bin/env bash
# One run before the others start: bucket, schema, roles, pool. Safe to run again.
set -euo pipefail
say() { printf '%s\n' "setup: $*"; }

say "the bucket, with versions and Object Lock"
for attempt in {1..30}; do # the object store has no health check: its image brings no client along
    evergreen store check --create-bucket --lock && break
    [ "$attempt" -lt 30 ] || exit 1
    sleep 2
done
keys=/var/lib/evergreen/keys
if [ ! -f "$keys/signing/key.pem" ]; then
    say "the key that signs decisions"
    evergreen journal key --private "$keys/signing/key.pem" --public "$keys/public"
fi
say "Airflow's tables"
airflow db migrate
say "the pool, the first user, and the login of the release steps"
airflow pools set training 1 "Concurrent trainings"
# By standard input, twice as the prompt asks: a command line is everybody's to read.
printf '%s\n' "$ADMIN_PASSWORD" "$ADMIN_PASSWORD" |
    PYTHONWARNINGS=ignore airflow users create --role Admin --username admin --firstname Evergreen --lastname Admin \
        --email admin@example.com
printf '%s\n' "$EVERGREEN_AIRFLOW_PASSWORD" "$EVERGREEN_AIRFLOW_PASSWORD" |
    PYTHONWARNINGS=ignore airflow users create --role User --username evergreen --firstname Evergreen --lastname Service \
        --email evergreen@example.com
