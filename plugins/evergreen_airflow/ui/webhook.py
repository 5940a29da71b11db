"""MLflow's webhook: a tag that asks for a promotion is served at once, not at the next look.

``POST /evergreen-hooks/mlflow`` carries no login but MLflow's HMAC signature, by the secret of the webhook. It starts
``watch__registry``, which looks into the registry itself: a request that is forged or sent again asks for nothing that
a tag does not ask for.
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool

from evergreen.core.clock import now
from evergreen.core.settings import Settings, settings
from evergreen.records.promotion_request import TAG
from evergreen.spec.load import discover

LONGEST = 64 * 1024
OLDEST_SECONDS = 300
WATCH = "watch__registry"
_ID = re.compile(r"[A-Za-z0-9-]{1,100}")


def build() -> FastAPI:
    """The application; its one route asks for a signature."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.post("/mlflow", status_code=202)(received)
    return app


async def received(request: Request) -> dict[str, str | None]:
    """Take one event, and start what serves it."""
    config, body = settings(), await request.body()
    if config.webhook_secret is None:
        raise HTTPException(404, "This installation has no EVERGREEN_WEBHOOK_SECRET.")
    if len(body) > LONGEST or not signed(config.webhook_secret.get_secret_value(), request.headers, body, now()):
        raise HTTPException(401, "The request is not signed with the webhook's secret, or is too old.")
    model = tagged(body)
    if model is None or model not in discover(config.models_dir):
        return {"started": None}
    run_id = f"webhook__{request.headers['X-MLflow-Delivery-Id']}"
    await run_in_threadpool(_start, config, run_id)
    return {"started": run_id}


def signed(secret: str, headers: Mapping[str, str], body: bytes, at: datetime) -> bool:
    """Whether MLflow has signed these bytes with ``secret``, about now."""
    delivery, sent = headers.get("X-MLflow-Delivery-Id", ""), headers.get("X-MLflow-Timestamp", "")
    if not _ID.fullmatch(delivery) or not re.fullmatch(r"\d{1,12}", sent):
        return False
    content = f"{delivery}.{sent}.".encode() + body
    wanted = base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()
    fresh = abs(at.timestamp() - int(sent)) <= OLDEST_SECONDS
    return hmac.compare_digest(f"v1,{wanted}".encode(), headers.get("X-MLflow-Signature", "").encode()) and fresh


def tagged(body: bytes) -> str | None:
    """The model whose version was tagged to ask for a promotion; None for any other event."""
    try:
        event: dict[str, Any] = json.loads(body)
        kind, data = (event["entity"], event["action"]), event["data"]
        return str(data["name"]) if kind == ("model_version_tag", "set") and data["key"] == TAG else None
    except (ValueError, KeyError, TypeError):
        return None


def _start(config: Settings, run_id: str) -> None:
    from evergreen.stores.airflow import AirflowApi

    if config.airflow_user is None or config.airflow_password is None:
        raise HTTPException(503, "This installation has no EVERGREEN_AIRFLOW_USER and EVERGREEN_AIRFLOW_PASSWORD.")
    AirflowApi(config.airflow_url, config.airflow_user, config.airflow_password.get_secret_value()).trigger(
        WATCH, run_id, {}
    )
