import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from evergreen.core.clock import now
from evergreen.stack import probes
from evergreen.stack.components import Probe
from evergreen.stack.state import State

Answers = dict[str, tuple[int, object]]


@pytest.fixture
def server(state: State) -> Iterator[Answers]:
    """Answer on every port of the stack what the test puts into the mapping: path -> (status, document)."""
    answers: Answers = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, document = answers.get(self.path, (404, {}))
            body = json.dumps(document).encode()
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that the library calls

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.02,)).start()
        chosen = dict.fromkeys(json.loads(state.ports.read_text()), listener.server_port)
        state.ports.write_text(json.dumps(chosen))
        yield answers
        listener.shutdown()


@pytest.mark.parametrize(
    "probe", [probes.postgres, probes.s3, probes.mlflow, probes.api_server, probes.scheduler, probes.triggerer]
)
def test_nobody_there_is_not_ready(state: State, probe: Probe) -> None:
    assert not probe(state, 0.0)


@pytest.mark.parametrize(("status", "ready"), [(200, False), (403, True), (404, False), (500, False)])
def test_s3_must_know_the_bucket_and_ask_for_keys(state: State, server: Answers, status: int, ready: bool) -> None:
    server["/evergreen"] = (status, {})
    assert probes.s3(state, 0.0) is ready


def test_mlflow_must_answer(state: State, server: Answers) -> None:
    server["/health"] = (200, "OK")
    assert probes.mlflow(state, 0.0)


@pytest.mark.parametrize(("pool", "ready"), [(201, True), (409, True), (403, False), (500, False)])
def test_airflow_must_let_its_administrator_in_and_have_the_pool(
    state: State, server: Answers, pool: int, ready: bool
) -> None:
    server["/api/v2/pools"] = (pool, {})
    assert not probes.api_server(state, 0.0)
    server["/auth/token"] = (201, {"access_token": "t"})
    assert probes.api_server(state, 0.0) is ready


def test_a_beat_from_before_the_start_does_not_count(state: State, server: Answers) -> None:
    beat = now()
    server["/api/v2/monitor/health"] = (200, {"scheduler": {"latest_scheduler_heartbeat": beat.isoformat()}})
    assert probes.scheduler(state, (beat - timedelta(seconds=1)).timestamp())
    assert not probes.scheduler(state, (beat + timedelta(seconds=1)).timestamp())


def test_a_component_that_never_gave_a_sign_is_not_ready(state: State, server: Answers) -> None:
    server["/api/v2/monitor/health"] = (200, {"triggerer": {"latest_triggerer_heartbeat": None}})
    assert not probes.triggerer(state, 0.0)


def test_without_a_probe_it_must_live_for_a_moment(state: State) -> None:
    assert not probes.still_runs(state, now().timestamp())
    assert probes.still_runs(state, now().timestamp() - 2)
