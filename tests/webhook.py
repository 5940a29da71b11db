"""A webhook on this machine: it keeps what it is sent, and answers as a test tells it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

SECRET = "s3cret-4711-webhook"


class Webhook:
    """Answers 200 when it is told nothing else."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[int] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((self.path, json.loads(body)))
                self.send_response(hook.answers.pop(0) if hook.answers else 200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = url_of(self.server.server_address[1])


def url_of(port: int) -> str:
    """A URL with a secret wherever Apprise lets one stand."""
    return f"json://ann:{SECRET}@127.0.0.1:{port}/hooks/{SECRET}?+X-Key={SECRET}&-token={SECRET}"


@contextmanager
def serving() -> Iterator[Webhook]:
    """A webhook while the body runs."""
    hook = Webhook()
    thread = Thread(target=hook.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hook
    finally:
        hook.server.shutdown()
        hook.server.server_close()
        thread.join()
