"""Telling a webhook on this machine: what it gets, what is tried again, and that no secret of its URL is shown."""

import json
import logging
import socket
import traceback
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from airflow.providers.apprise.notifications.apprise import AppriseNotifier
from tests.mailbox import receiving
from tests.webhook import SECRET, Webhook, serving, url_of

from evergreen.core.errors import InputError, OutageError
from evergreen.records.alert import Alert
from evergreen_airflow.notifiers import alert as room
from evergreen_airflow.notifiers.alert import AlertNotifier, Sender

DRIFT = Alert(
    model="small",
    source="monitoring",
    kind="finding",
    name="drift",
    title="small: drift",
    body="A {{ conn.ops.password }} <b>of</b> 5%.\n- wind: 0.3",
    since=datetime(2013, 6, 1, tzinfo=UTC),
)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with serving() as hook:
        yield hook


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "PAUSES", (0.0, 0.0))


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def made(*urls: str, name: str = "ops") -> None:
        extra = {"config": [{"path": url} for url in urls]}
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps({"conn_type": "apprise", "extra": extra}))

    return made


def test_a_webhook_gets_the_words_as_they_are(webhook: Webhook, connect: Callable[..., None]) -> None:
    connect(webhook.url)
    Sender()("ops", DRIFT)
    ((path, said),) = webhook.got
    assert path == f"/hooks/{SECRET}?token={SECRET}"
    assert (said["title"], said["message"], said["type"]) == (DRIFT.title, DRIFT.body, "failure")


def test_a_notifier_for_callbacks_renders_no_template_of_the_body(
    webhook: Webhook, connect: Callable[..., None]
) -> None:
    connect(webhook.url)
    AlertNotifier(apprise_conn_id="ops", title=DRIFT.title, body=DRIFT.body)({"dag": None})
    assert webhook.got[0][1]["message"] == DRIFT.body


def test_only_the_service_that_failed_is_tried_again(webhook: Webhook, connect: Callable[..., None]) -> None:
    other = f"json://127.0.0.1:{webhook.server.server_port}/other"
    connect(webhook.url, other)
    webhook.answers = [500, 200, 503]
    Sender()("ops", DRIFT)
    assert [path.partition("?")[0] for path, _ in webhook.got] == [f"/hooks/{SECRET}", "/other"] + [
        f"/hooks/{SECRET}"
    ] * 2


def test_pauses_grow_between_the_tries(
    webhook: Webhook, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(room, "PAUSES", (1.0, 5.0))
    monkeypatch.setattr("evergreen_airflow.notifiers.alert.time.sleep", slept.append)
    connect(webhook.url)
    webhook.answers = [500] * 3
    with pytest.raises(OutageError, match=r"'ops' was not told in 3 tries: JSON \(it answered 500\)\.$"):
        Sender()("ops", DRIFT)
    assert (slept, len(webhook.got)) == ([1.0, 5.0], 3)


def test_a_connection_that_failed_is_not_waited_for_twice(webhook: Webhook, connect: Callable[..., None]) -> None:
    connect(webhook.url)
    webhook.answers = [500] * 3
    sender = Sender()
    for _ in range(2):
        with pytest.raises(OutageError, match="'ops' was not told"):
            sender("ops", DRIFT)
    with pytest.raises(InputError, match="There is no connection 'gone'"):
        sender("gone", DRIFT)
    assert len(webhook.got) == 3


@pytest.fixture
def closed() -> int:
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("broken", ["answers 500", "does not answer", "breaks off", "nonsense"])
def test_no_secret_is_shown_when_telling_fails(
    broken: str,
    webhook: Webhook,
    closed: int,
    connect: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    webhook.answers = [500] * 3 if broken == "answers 500" else [99] * 3
    urls = {"does not answer": url_of(closed), "nonsense": f"slack://{SECRET}"}
    connect(urls.get(broken, webhook.url))
    caplog.set_level(logging.DEBUG)
    with pytest.raises((OutageError, InputError)) as caught:
        Sender()("ops", DRIFT)
    shown = [
        *traceback.format_exception(caught.value),
        caplog.text,
        *capfd.readouterr(),
        repr(caught.value.__context__),
    ]
    assert SECRET not in "\n".join(shown)


@pytest.mark.parametrize("password", [SECRET, "another"])
def test_an_email_arrives_as_it_is_and_no_log_has_its_password(
    password: str,
    connect: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "PAUSES", ())  # Apprise itself waits five seconds before it mails again
    caplog.set_level(logging.DEBUG)
    link = "Report: http://airflow/evergreen/reports/small/monitoring/2013-06-01T0000Z/page.html?a=1&b=<2>"
    said, refused = replace(DRIFT, body=f"{DRIFT.body}\n{link}"), password != SECRET
    with receiving(password) as box:
        connect(
            f"mailto://ann:{SECRET}@127.0.0.1:{box.server.server_address[1]}"
            "?smtp=127.0.0.1&from=ops@example.com&to=ada@example.com,bob@example.com"
        )
        with pytest.raises(OutageError, match=r"E-Mail") if refused else nullcontext() as caught:
            Sender()("ops", said)
    assert [str(mail["To"]) for mail in box.got] == ([] if refused else ["ada@example.com", "bob@example.com"])
    for mail in box.got:
        assert mail["Subject"] == DRIFT.title
        assert mail.get_content().splitlines() == said.body.splitlines()
    shown = [caplog.text, *capfd.readouterr(), *(traceback.format_exception(caught.value) if caught else [])]
    assert SECRET not in "\n".join([*shown, *map(str, box.got)])


def test_airflows_own_notifier_would_show_it_and_hide_the_failure(
    closed: int, connect: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    connect(url_of(closed))
    caplog.set_level(logging.DEBUG)
    AppriseNotifier(apprise_conn_id="ops", body="x").notify({})  # type: ignore[no-untyped-call]
    assert SECRET in caplog.text
