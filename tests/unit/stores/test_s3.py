"""S3Store against a server on the loopback that misbehaves as asked."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from evergreen.core.errors import AlreadyExists, OutageError, StoreError
from evergreen.core.settings import Settings
from evergreen.stores.s3 import ATTEMPTS, S3Store, open_store

Answer = int | str


class Server(ThreadingHTTPServer):
    """Keeps objects, and answers each request with the next of ``script``: a status, or a way to go wrong."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.script: list[Answer] = []
        self.requests = 0

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self._next()
        if answer in {200, "lose the reply"}:
            if self.headers.get("If-None-Match") == "*" and self.path in self.server.objects:
                answer = 412
            else:
                self.server.objects[self.path] = data
        self._answer(answer, b"")

    def do_GET(self) -> None:
        self._answer(self._next(), self.server.objects[self.path])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _next(self) -> Answer:
        self.server.requests += 1
        return self.server.script.pop(0) if self.server.script else 200

    def _answer(self, answer: Answer, body: bytes) -> None:
        if answer == "lose the reply":
            self.close_connection = True
            return
        status = answer if isinstance(answer, int) else 200
        code = "ConditionalRequestConflict" if status == 409 else "Some"
        content = body if status == 200 else f"<Error><Code>{code}</Code></Error>".encode()
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Fri, 01 Mar 2013 00:00:00 GMT")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if answer == "break off" else content)
        self.close_connection = answer == "break off"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def store(server: Server, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    monkeypatch.setattr("evergreen.stores.s3.time.sleep", lambda _: None)
    return open_store(
        Settings(s3_endpoint=server.endpoint, s3_access_key=SecretStr("a"), s3_secret_key=SecretStr("s"), bucket="b")
    )


def test_a_create_whose_reply_was_lost_meets_its_own_object(store: S3Store, server: Server) -> None:
    server.script = ["lose the reply"]
    with pytest.raises(AlreadyExists):
        store.create("a", b"mine")
    assert server.objects == {"/b/a": b"mine"}


def test_a_put_whose_reply_was_lost_is_sent_again(store: S3Store, server: Server) -> None:
    server.script = ["lose the reply"]
    assert store.put("a", b"mine").size == 4
    assert server.requests == 2


def test_two_conditional_writes_that_collide_are_asked_again(store: S3Store, server: Server) -> None:
    server.script = [409, 409]
    store.create("a", b"mine")
    assert server.objects == {"/b/a": b"mine"}


def test_a_server_in_trouble_is_an_outage_after_a_few_tries(store: S3Store, server: Server) -> None:
    server.script = [503] * 20
    with pytest.raises(OutageError, match=server.endpoint):
        store.put("a", b"mine")
    assert server.requests == ATTEMPTS


def test_a_server_without_conditional_writes_is_told(store: S3Store, server: Server) -> None:
    server.script = [501] * 20
    with pytest.raises(StoreError, match="does not offer PutObject") as error:
        store.create("a", b"mine")
    assert not isinstance(error.value, OutageError)


def test_a_download_that_breaks_off_is_begun_anew(store: S3Store, server: Server, tmp_path: Path) -> None:
    server.objects["/b/a"] = b"0123456789"
    server.script = ["break off", "break off"]
    assert store.download("a", tmp_path / "a").size == 10
    assert (tmp_path / "a").read_bytes() == b"0123456789"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_read_that_always_breaks_off_is_an_outage(store: S3Store, server: Server) -> None:
    server.objects["/b/a"] = b"0123456789"
    server.script = ["break off"] * 20
    with pytest.raises(OutageError, match=server.endpoint):
        store.get("a")
