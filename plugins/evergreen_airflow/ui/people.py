"""From the names of people to their ids at the login in use.

Airflow lets the people answer whose ids a question names: the simple login's ids are names, FAB's are numbers, which
its own API does not tell. ``/evergreen/people/<model>?name=ada&name=bob`` does, to whoever may read the model's DAGs.
"""

from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException, Query

from evergreen_airflow.dags.names import dag_id_of

User = Annotated[Any, Depends(get_user)]
Names = Annotated[list[str], Query(alias="name", max_length=200)]


def add_to(app: FastAPI) -> None:
    """Add the route to an application that asks for a login."""
    app.get("/people/{model}")(ids)


def ids(model: str, names: Names, user: User) -> dict[str, str]:
    """The ids of these names; a name that nobody has is left out."""
    manager: Any = get_auth_manager()
    dag = DagDetails(id=dag_id_of("release", model))
    if not manager.is_authorized_dag(method="GET", details=dag, user=user):
        raise HTTPException(403, f"You may not read the DAG {dag.id}.")
    return ids_of(manager, names)


def ids_of(manager: Any, names: list[str]) -> dict[str, str]:
    """The ids by the auth manager: FAB looks its users up, the simple one lists them, any other's names are ids."""
    if (flask_app := getattr(manager, "flask_app", None)) is not None:
        with flask_app.app_context():
            users = {name: manager.security_manager.find_user(username=name) for name in names}
            return {name: user.get_id() for name, user in users.items() if user is not None and user.is_active}
    if (listed := getattr(manager, "get_users", None)) is not None:
        known = {user.get_id() for user in listed()}
        return {name: name for name in names if name in known}
    return {name: name for name in names}
