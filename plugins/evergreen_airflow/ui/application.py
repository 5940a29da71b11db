"""The web application of the plugin, built when the first request comes."""

from functools import cache
from typing import Any


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Serve one request. Airflow's other components load the plugin, too, and need no web framework for it."""
    await _built()(scope, receive, send)


@cache
def _built() -> Any:
    from evergreen_airflow.ui import people, reports

    app = reports.build()
    people.add_to(app)
    return app
