"""``/evergreen-metrics/metrics``: the newest monitoring reports for Prometheus, which shows a token of its own."""

import hmac

from fastapi import FastAPI, HTTPException, Request, Response

from evergreen.core.settings import Settings, settings

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def build() -> FastAPI:
    """The application; its one route asks for ``EVERGREEN_METRICS_TOKEN``."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/metrics")(scraped)
    return app


def scraped(request: Request) -> Response:
    """One scrape."""
    config = settings()
    if config.metrics_token is None:
        raise HTTPException(404, "This installation has no EVERGREEN_METRICS_TOKEN.")
    wanted = f"Bearer {config.metrics_token.get_secret_value()}"
    if not hmac.compare_digest(wanted.encode(), request.headers.get("Authorization", "").encode()):
        raise HTTPException(401, "Scrape with the token EVERGREEN_METRICS_TOKEN as a bearer token.")
    return Response(_exported(config), media_type=TEXT)


def _exported(config: Settings) -> bytes:
    from evergreen.flows.gauges import gauges
    from evergreen.spec.load import discover
    from evergreen.stores.s3 import open_store

    return gauges(open_store(config), discover(config.models_dir))
