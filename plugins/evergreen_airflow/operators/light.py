"""Light: look at the newest predictions of every model, and tell what is wrong with them."""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from evergreen_airflow.errors import translated
from evergreen_airflow.hooks.connect import connect

if TYPE_CHECKING:
    from airflow.sdk import Context


class LightOperator(BaseOperator):
    """The light check of the fleet, in one task."""

    ui_color = "#e6f4ea"

    def execute(self, context: "Context") -> dict[str, Any]:  # noqa: ARG002 (nothing depends on the run)
        """Look at every model."""
        with translated():
            from functools import partial

            from evergreen.core.clock import now
            from evergreen.flows.books import fleet
            from evergreen.flows.light import light_fleet
            from evergreen.flows.workspace import open_workspace
            from evergreen_airflow.notifiers.alert import Sender

            found = light_fleet(fleet(), send=Sender(), now=now(), opened=partial(open_workspace, connect=connect))
        return {"findings": found}
