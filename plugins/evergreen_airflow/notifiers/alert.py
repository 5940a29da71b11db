"""Tell an Airflow connection of type apprise: Slack, e-mail, a webhook, and whatever else Apprise can."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.apprise.notifications.apprise import AppriseNotifier
from apprise import Apprise, NotifyFormat, NotifyType

from evergreen.core.errors import InputError, OutageError
from evergreen_airflow.hooks.hush import hushed
from evergreen_airflow.hooks.services import services_of

if TYPE_CHECKING:
    from airflow.sdk import Context

    from evergreen.records.alert import Alert

PAUSES = (1.0, 5.0)
"""Seconds before the second and the third try."""
KINDS = {"finding": NotifyType.FAILURE, "recovery": NotifyType.SUCCESS, "notice": NotifyType.WARNING}


class AlertNotifier(AppriseNotifier):
    """Airflow's notifier, which tries again, fails when a service was not told, and shows no secret of a URL.

    Title and body are sent as they are: they hold names out of data, and are no templates.
    """

    template_fields: Sequence[str] = ("apprise_conn_id",)

    def notify(self, context: "Context") -> None:  # noqa: ARG002 (nothing depends on the run)
        """Tell every service of the connection; those that have heard are not told again by the next try.

        Raises
        ------
        OutageError
            Names the services that were not told after the last try.
        InputError
            When the connection is missing, or cannot be used.
        """
        with hushed():
            waiting = services_of(self.apprise_conn_id)
        for pause in (*PAUSES, None):
            failed = [(service, why) for service in waiting if (why := self._tell(service)) is not None]
            if not failed:
                return
            waiting = tuple(service for service, _ in failed)
            if pause is not None:
                time.sleep(pause)
        said = ", ".join(f"{service.service_name} ({why})" for service, why in failed)
        raise OutageError(
            f"The connection {self.apprise_conn_id!r} was not told in {len(PAUSES) + 1} tries: {said[:500]}."
        )

    async def async_notify(self, context: "Context") -> None:
        """Not there: retries would hold the event loop."""
        raise NotImplementedError("AlertNotifier runs in tasks and callbacks, not in the triggerer.")

    def _tell(self, service: Any) -> str | None:
        """Why the service was not told; None when it was."""
        one = Apprise(asset=service.asset)
        one.add(service)
        with hushed() as codes:
            try:
                sent = bool(
                    one.notify(
                        body=self.body,
                        title=self.title or "",
                        notify_type=self.notify_type,
                        body_format=NotifyFormat.TEXT,
                    )
                )
            except Exception as error:  # noqa: BLE001 (a client may raise anything, and say anything)
                return type(error).__name__
        return None if sent else f"it answered {codes[-1]}" if codes else "no answer that it was taken"


class Sender:
    """Sends the alerts of one task. A connection that has failed once is not waited for again in this task."""

    def __init__(self) -> None:
        self._failed: dict[str, OutageError | InputError] = {}

    def __call__(self, connection_id: str, alert: "Alert") -> None:
        """Tell one connection of one alert; raises as `AlertNotifier.notify` does."""
        if connection_id in self._failed:
            raise self._failed[connection_id]
        kind = KINDS[alert.kind]
        try:
            AlertNotifier(apprise_conn_id=connection_id, title=alert.title, body=alert.body, notify_type=kind).notify(
                {}
            )
        except (OutageError, InputError) as error:
            self._failed[connection_id] = error
            raise
