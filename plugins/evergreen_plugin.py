"""The one file that Airflow loads as a plugin; every component loads it, so that what it names is imported late."""

from airflow.plugins_manager import AirflowPlugin

from evergreen_airflow.listeners import note
from evergreen_airflow.timetables.bounded_cron import BoundedCronTimetable
from evergreen_airflow.ui.application import application, exporter, receiver
from evergreen_airflow.ui.links import CardLink, DataDocsLink, ModelVersionLink, ReportLink, TrackingRunLink


class EvergreenPlugin(AirflowPlugin):
    """Links on the tasks, the pages of the reports, the note on a run, the timetable that ends."""

    name = "evergreen"
    fastapi_apps = [  # noqa: RUF012 (Airflow's form)
        {"app": application, "url_prefix": "/evergreen", "name": "Evergreen"},
        {"app": receiver, "url_prefix": "/evergreen-hooks", "name": "Evergreen's webhooks"},
        {"app": exporter, "url_prefix": "/evergreen-metrics", "name": "Evergreen's metrics"},
    ]
    listeners = [note]  # noqa: RUF012 (Airflow's form)
    timetables = [BoundedCronTimetable]  # noqa: RUF012 (Airflow's form)
    operator_extra_links = [CardLink(), DataDocsLink(), ModelVersionLink(), ReportLink(), TrackingRunLink()]  # noqa: RUF012 (Airflow's form)
