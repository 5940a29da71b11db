# Evergreen's image: every Airflow component and the MLflow server run from it.
#   docker build -t evergreen .                      what runs
#   docker build -t evergreen-test --target test .   the same, with the development tools and the tests
FROM python:3.13-slim-trixie AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VIRTUAL_ENV=/opt/evergreen PATH=/opt/evergreen/bin:$PATH
ENV PYTHONPATH=/app/config AIRFLOW_HOME=/var/lib/evergreen/airflow EVERGREEN_MODELS_DIR=/app/models EVERGREEN_WORK_DIR=/var/lib/evergreen/work \
    AIRFLOW__CORE__DAGS_FOLDER=/app/dags AIRFLOW__CORE__PLUGINS_FOLDER=/app/plugins AIRFLOW__CORE__LOAD_EXAMPLES=False
RUN useradd --create-home --uid 50000 evergreen && mkdir -p /var/lib/evergreen/keys/public /var/lib/evergreen/keys/signing && chown -R evergreen /var/lib/evergreen
WORKDIR /app

FROM base AS build
ENV UV_NO_CACHE=1 UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
RUN python3 -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir "uv==0.13.9" && /opt/uv/bin/uv venv /opt/evergreen
COPY pyproject.toml requirements.txt README.md ./
# The lock is the constraint: versions and hashes come from it, the development tools in it stay out.
RUN /opt/uv/bin/uv pip install --constraint requirements.txt -r pyproject.toml
COPY include include
COPY plugins plugins
RUN /opt/uv/bin/uv pip install --no-deps --build-constraint requirements.txt .

FROM build AS test
# Git, for the tests of where a recipe's code comes from.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends git && rm -rf /var/lib/apt/lists/*
RUN /opt/uv/bin/uv pip install --require-hashes -r requirements.txt
COPY --chown=evergreen . .
RUN chown evergreen /app
USER evergreen
CMD ["python", "-m", "pytest"]

FROM base AS runtime
COPY --from=build /opt/evergreen /opt/evergreen
COPY plugins plugins
COPY dags dags
COPY models models
COPY config config
COPY deploy deploy
USER evergreen
CMD ["airflow", "version"]
