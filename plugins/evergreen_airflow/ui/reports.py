"""Pages of stored reports, behind Airflow's login and rights.

``/evergreen/reports/<model>/<path>`` shows the object ``<model>/reports/<path>`` to whoever may read the DAG
``retrain__<model>``, and nothing else of the bucket.
"""

from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException, Response

from evergreen.core.errors import EvergreenError, NotFound
from evergreen_airflow.dags.names import dag_id_of
from evergreen_airflow.ui.page import page

User = Annotated[Any, Depends(get_user)]


def build() -> FastAPI:
    """The application; every route asks for a login."""
    app = FastAPI(dependencies=[Depends(get_user)], docs_url=None, redoc_url=None, openapi_url=None)
    app.get("/reports/{model}/{path:path}")(show)
    return app


def show(model: str, path: str, user: User) -> Response:
    """One report."""
    dag = DagDetails(id=dag_id_of("retrain", model))
    if not get_auth_manager().is_authorized_dag(method="GET", details=dag, user=user):
        raise HTTPException(403, f"You may not read the DAG {dag.id}.")
    key = f"{model}/reports/{path}"
    if ".." in key.split("/") or "/" in model:
        raise HTTPException(404, "There is no such report.")
    return page(key, _read(key))


def _read(key: str) -> bytes:
    from evergreen.core.settings import settings
    from evergreen.stores.s3 import open_store

    try:
        return open_store(settings()).get(key)
    except NotFound:
        raise HTTPException(404, f"There is no report {key}.") from None
    except EvergreenError as error:
        raise HTTPException(503, str(error)) from None
