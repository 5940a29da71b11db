-- UTF-8 whatever the server's locale: Airflow keeps its DAGs as JSON with Unicode escapes.
CREATE DATABASE airflow TEMPLATE template0 ENCODING 'UTF8';
CREATE DATABASE mlflow TEMPLATE template0 ENCODING 'UTF8';
