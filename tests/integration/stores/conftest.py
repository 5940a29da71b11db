"""A SeaweedFS server of our own, without the rest of the stack: fast, and it may be stopped."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from pydantic import SecretStr

from evergreen.core.settings import Settings, inherited

ACCESS_KEY, SECRET_KEY, BUCKET = "evergreen", "not-a-secret-of-anybody", "evergreen"
SERVICES = ("master", "volume", "filer", "s3", "admin")


@dataclass(frozen=True)
class Weed:
    """A running server."""

    endpoint: str
    process: subprocess.Popen[bytes]

    def settings(self, **changes: str) -> Settings:
        """How to reach it."""
        return Settings(
            s3_endpoint=changes.get("endpoint", self.endpoint),
            s3_access_key=SecretStr(changes.get("access_key", ACCESS_KEY)),
            s3_secret_key=SecretStr(changes.get("secret_key", SECRET_KEY)),
            bucket=changes.get("bucket", BUCKET),
        )

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_weed(folder: Path) -> Weed:
    """Start `weed mini` on free ports of the loopback and wait until S3 answers."""
    ports = _free_ports(2 * len(SERVICES))
    flags = [f"-{name}.port={ports.pop()}" for name in SERVICES] + [
        f"-{name}.port.grpc={ports.pop()}" for name in SERVICES
    ]
    endpoint = "http://127.0.0.1:" + next(f for f in flags if f.startswith("-s3.port=")).split("=")[1]
    command = [
        str(Path(sys.executable).with_name("weed")), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-bucket={BUCKET}",
        "-s3.autoCreateBucket=false", "-s3.port.iceberg=0", "-s3.port.lance=0", "-webdav=false", "-admin.ui=false",
        "-master.telemetry=false", *flags,
    ]  # fmt: skip
    environment = inherited(without=("AWS_",)) | {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    weed = Weed(endpoint, process)
    _wait(weed, folder / "log")
    return weed


def _wait(weed: Weed, log: Path) -> None:
    for _ in range(300):
        if weed.process.poll() is not None:
            break
        if _answers(f"{weed.endpoint}/{BUCKET}") and "S3 Endpoint" in log.read_text(errors="replace"):
            return
        time.sleep(0.1)
    weed.stop()
    raise RuntimeError(f"SeaweedFS did not start: {log.read_text(errors='replace')[-2000:]}")


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1):  # noqa: S310 (loopback)
            return True
    except HTTPError as error:
        error.close()
        return error.code == 403  # it is up, and wants keys
    except OSError:
        return False


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for found in sockets:
        found.bind(("127.0.0.1", 0))
    ports = [int(found.getsockname()[1]) for found in sockets]
    for found in sockets:
        found.close()
    return ports


@pytest.fixture(scope="session")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weed]:
    running = start_weed(tmp_path_factory.mktemp("weed"))
    yield running
    running.stop()


@pytest.fixture
def another_weed(tmp_path: Path) -> Iterator[Callable[[], Weed]]:
    """Starts a server that the test may stop."""
    started: list[Weed] = []

    def start() -> Weed:
        folder = tmp_path / f"weed{len(started)}"
        folder.mkdir()
        started.append(start_weed(folder))
        return started[-1]

    yield start
    for running in started:
        running.stop()
