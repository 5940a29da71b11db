"""The web applications of the plugin, built when the first request comes."""

from functools import cache
from typing import Any


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve one request. Airflow's other components load the plugin, too, and need no web framework for it."""
    await _pages()(scope, receive, send)


async def receiver(scope: Any, receive: Any, send: Any) -> None:
    """Take one event of MLflow, which has no login and signs what it sends."""
    await _events()(scope, receive, send)


async def exporter(scope: Any, receive: Any, send: Any) -> None:
    """Serve one scrape of Prometheus, which has no login and shows a token."""
    await _metrics()(scope, receive, send)


@cache
def _pages() -> Any:
    from evergreen_airflow.ui import people, reports

    app = reports.build()
    people.add_to(app)
    return app


@cache
def _events() -> Any:
    from evergreen_airflow.ui.webhook import build

    return build()


@cache
def _metrics() -> Any:
    from evergreen_airflow.ui.metrics import build

    return build()
