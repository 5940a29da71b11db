"""Say by the exit code whether a component of Airflow beats: ``health.py scheduler|dag_processor|triggerer``.

The API server is asked, which reads the heartbeats from the database; a check of the component's own would import
Airflow each time.
"""

import json
import sys
from urllib.request import urlopen

with urlopen("http://api-server:8080/api/v2/monitor/health", timeout=10) as answer:
    seen = json.load(answer)[sys.argv[1]]
sys.exit(0 if seen["status"] == "healthy" else f"{sys.argv[1]} is {seen['status']}")
