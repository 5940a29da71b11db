"""From an Airflow connection of type apprise to the services that it names. Its URLs are secrets."""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from airflow.providers.apprise.hooks.apprise import AppriseHook
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret
from apprise import Apprise, AppriseAsset

from evergreen.core.errors import InputError, OutageError

if TYPE_CHECKING:
    from airflow.sdk import Connection

FORM = 'Its extra is {"config": {"path": "<URL>"}}, or a list of such paths.'
SHORTEST = 8
_SEPARATORS = re.compile(r"[/?&=@:#,;\s]+")
_WORD = re.compile(r"[a-z]+([._-][a-z]+)*|[\d.]+", re.IGNORECASE)


def services_of(connection_id: str) -> tuple[Any, ...]:
    """The services of a connection, each to be told by itself; everything in it is masked from now on.

    To be called with nothing that logs: see `evergreen_airflow.hooks.hush`.

    Raises
    ------
    InputError
        No such connection, or no URL that Apprise understands.
    OutageError
        Airflow does not say what the connection is.
    """
    urls = tuple(_urls(connection_id))
    # No deadline of Apprise's own: a service that it gives up would go on in a thread, and be heard there.
    found = Apprise(asset=AppriseAsset(service_timeout=0, async_mode=False))
    for number, url in enumerate(urls, start=1):
        if not found.add(url):
            raise InputError(
                f"URL {number} of {len(urls)} in the connection {connection_id!r} is none that Apprise understands."
            )
    if not len(found):
        raise InputError(f"The connection {connection_id!r} names no service. {FORM}")
    return tuple(found)


def _urls(connection_id: str) -> Iterator[str]:
    hook = AppriseHook(connection_id)
    connection = _connection(hook, connection_id)
    _mask((connection.extra or "", connection.password or ""))
    urls = _paths(hook, connection)
    if not all(isinstance(url, str) and url for url in urls):
        raise InputError(f"The connection {connection_id!r} has no URL. {FORM}")
    for url in urls:
        _mask(parts_of(url))
        yield url


def _paths(hook: AppriseHook, connection: "Connection") -> list[Any]:
    """The paths as they stand there; nothing that is no text where the extra has another form."""
    try:
        config = hook.get_config_from_conn(connection)
        return [entry["path"] for entry in (config if isinstance(config, list) else [config])]
    except (KeyError, TypeError, ValueError):
        return [None]


def _connection(hook: AppriseHook, connection_id: str) -> "Connection":
    """What fails here is raised below, so that it has no context: a secrets backend may say anything in its errors."""
    try:
        return hook.get_connection(connection_id)
    except AirflowNotFoundException:
        why = None
    except Exception as error:  # noqa: BLE001
        why = type(error).__name__
    if why is not None:
        raise OutageError(f"Airflow does not give the connection {connection_id!r} ({why}).")
    raise InputError(
        f"There is no connection {connection_id!r}: add it with the type apprise, or take it off the alerts."
    )


def parts_of(url: str) -> tuple[str, ...]:
    """What a log line could hold of a URL: the whole, user and password, and every part that is no plain word or number.

    >>> parts_of("json://ann:pw-4711@host:80/hooks/T0KEN%2B99?to=me")
    ('T0KEN%2B99', 'T0KEN+99', 'ann', 'ann:pw-4711@host:80/hooks/T0KEN%2B99?to=me', 'json://ann:pw-4711@host:80/hooks/T0KEN%2B99?to=me', 'pw-4711')
    """
    _, _, rest = url.partition("://")
    login = rest.split("/", 1)[0].rpartition("@")[0]
    parts = {url, rest, *_SEPARATORS.split(login)}
    for part in _SEPARATORS.split(rest.removeprefix(login)):
        parts |= {part, unquote(part)} if len(part) >= SHORTEST and not _WORD.fullmatch(part) else set()
    return tuple(sorted(part for part in parts if part))


def _mask(parts: Iterable[str]) -> None:
    for part in filter(None, parts):
        mask_secret(part)
