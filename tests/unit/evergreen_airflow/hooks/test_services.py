"""From a connection of type apprise to its services; what is wrong with one is said without its content."""

import json
from typing import Any

import pytest
from airflow.providers.apprise.hooks.apprise import AppriseHook
from airflow.sdk._shared.secrets_masker import redact

from evergreen.core.errors import EvergreenError, InputError, OutageError
from evergreen_airflow.hooks.services import parts_of, services_of

SECRET = "pw-4711-services"
URL = f"json://ann:{SECRET}@127.0.0.1/T0KEN%2B4711?-key=K3Y-4711"


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Any:
    def made(extra: Any) -> None:
        value = json.dumps({"conn_type": "apprise", "extra": extra})
        monkeypatch.setenv("AIRFLOW_CONN_OPS", value)

    return made


@pytest.mark.parametrize(
    ("config", "names"),
    [
        ({"path": URL}, ["JSON"]),
        (json.dumps({"path": URL}), ["JSON"]),
        ([{"path": URL}, {"path": "mailto://ann:pw-4711@example.com", "tag": "x"}], ["JSON", "E-Mail"]),
    ],
)
def test_each_url_is_a_service(connection: Any, config: Any, names: list[str]) -> None:
    connection({"config": config})
    assert [str(service.service_name) for service in services_of("ops")] == names


@pytest.mark.parametrize("secret", [SECRET, "T0KEN%2B4711", "T0KEN+4711", "K3Y-4711", URL.removeprefix("json://")])
def test_what_a_connection_holds_is_masked(connection: Any, secret: str) -> None:
    connection({"config": {"path": URL}})
    services_of("ops")
    assert secret not in str(redact(f"Sent to {secret} of 127.0.0.1."))


def test_plain_words_stay_readable() -> None:
    assert not {"127.0.0.1", "flight_delays", "evergreen", "format", "json"} & set(
        parts_of("json://127.0.0.1/evergreen/flight_delays?format=text")
    )


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({}, "'ops' has no URL. Its extra is"),
        ({"config": SECRET}, "'ops' has no URL"),
        ({"config": {"url": SECRET}}, "'ops' has no URL"),
        ({"config": [{"path": 1}]}, "'ops' has no URL"),
        ({"config": []}, "'ops' names no service"),
        ({"config": {"path": f"nothing://{SECRET}"}}, "URL 1 of 1 in the connection 'ops' is none that Apprise"),
        ({"config": {"path": SECRET}}, "'ops' is none that Apprise|names no service"),
    ],
)
def test_a_connection_that_cannot_be_used_is_said_without_its_content(
    connection: Any, extra: Any, message: str
) -> None:
    connection(extra)
    with pytest.raises(InputError, match=message) as caught:
        services_of("ops")
    assert SECRET not in str(caught.value)


def test_a_missing_connection_is_named() -> None:
    with pytest.raises(InputError, match="There is no connection 'nowhere': add it with the type apprise"):
        services_of("nowhere")


def test_what_a_secrets_backend_says_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_hook: Any, _connection_id: str) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(AppriseHook, "get_connection", broken)
    with pytest.raises(OutageError, match=r"does not give the connection 'ops' \(RuntimeError\)") as caught:
        services_of("ops")
    error: EvergreenError = caught.value
    assert error.__context__ is None
