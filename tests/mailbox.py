"""A mail server on this machine: it keeps what it is sent, and takes one password."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread


class Mailbox:
    """Speaks as much SMTP as a client needs to log in and send."""

    def __init__(self, password: str) -> None:
        self.got: list[EmailMessage] = []
        box = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                self.say("220 here")
                for line in self.rfile:
                    command = line.split()[0].upper()
                    if command == b"AUTH":
                        given = base64.b64decode(line.split()[2]).split(b"\0")[-1].decode()
                        self.say("235 in" if given == password else f"535 {given} is wrong")
                    elif command == b"DATA":
                        self.say("354 go on")
                        lines = iter(self.rfile.readline, b".\r\n")
                        box.got.append(message_from_bytes(b"".join(lines), EmailMessage, policy=policy.default))
                        self.say("250 taken")
                    else:
                        self.say({b"EHLO": "250-here\r\n250 AUTH PLAIN", b"QUIT": "221 bye"}.get(command, "250 ok"))

            def say(self, line: str) -> None:
                self.wfile.write(f"{line}\r\n".encode())

        self.server = ThreadingTCPServer(("127.0.0.1", 0), Handler)


@contextmanager
def receiving(password: str) -> Iterator[Mailbox]:
    """A mailbox while the body runs."""
    box = Mailbox(password)
    thread = Thread(target=box.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield box
    finally:
        box.server.shutdown()
        box.server.server_close()
        thread.join()
