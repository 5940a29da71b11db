"""From an Airflow connection id to a database URL."""


def connect(connection_id: str) -> str:
    """The SQLAlchemy URL of an Airflow connection.

    Raises
    ------
    InputError
        No such connection, or one that is no database's.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowException

    from evergreen.core.errors import InputError

    try:
        hook = BaseHook.get_hook(connection_id)
        return str(hook.sqlalchemy_url.render_as_string(hide_password=False))
    except (AirflowException, AttributeError, NotImplementedError) as error:
        raise InputError(
            f"The Airflow connection {connection_id!r} gives no database URL ({type(error).__name__}). "
            f"Add it under Admin > Connections with the type of the database."
        ) from None
