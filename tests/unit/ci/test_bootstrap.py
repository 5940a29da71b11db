"""`.ci/bootstrap` on a machine without uv, root, and a Python that has neither venv nor pip."""

import io
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

CI = Path(__file__).resolve().parents[3] / ".ci"
Bootstrap = Callable[[], subprocess.CompletedProcess[str]]
Land = Callable[..., None]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        pass


def _wheel(version: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"uv-{version}.data/scripts/uv", f"#!/bin/sh\necho uv {version}\n")
    return buffer.getvalue()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """A package index on loopback; its pages are in ``tmp_path/index``."""
    folder = tmp_path / "index"
    (folder / "uv").mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def land(index: str, tmp_path: Path) -> Land:
    """Offer a wheel in the index."""

    def landed(version: str, *, machine: str = platform.machine(), digest: str = "", attributes: str = "") -> None:
        name, wheel = f"uv-{version}-py3-none-manylinux_2_17_{machine}.manylinux2014_{machine}.whl", _wheel(version)
        (tmp_path / "index" / name).write_bytes(wheel)
        with (tmp_path / "index" / "uv" / "index.html").open("a") as page:
            fragment = digest or sha256(wheel).hexdigest()
            page.write(f'<a href="../{name}#sha256={fragment}" {attributes}>{name}</a><br/>\n')

    return landed


@pytest.fixture
def bootstrap(index: str, tmp_path: Path) -> Bootstrap:
    """Run a copy of the script where there is little else."""
    bare = tmp_path / "bin"
    bare.mkdir()
    for program in ("bash", "cat", "dirname", "mkdir", "rm", "sh", "uname"):
        found = shutil.which(program)
        assert found is not None
        (bare / program).symlink_to(found)
    (bare / "id").write_text("#!/bin/sh\necho 1000\n")
    (bare / "python").write_text(f'#!/bin/sh\n[ "$1" = -m ] && exit 1\nexec {sys.executable} "$@"\n')
    (bare / "id").chmod(0o755)
    (bare / "python").chmod(0o755)
    (tmp_path / ".ci").mkdir()
    for script in CI.iterdir():
        shutil.copy(script, tmp_path / ".ci")
    env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    env |= {"PATH": str(bare), "PIP_INDEX_URL": index}
    command = [str(tmp_path / ".ci" / "bootstrap"), "python"]
    return lambda: subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_the_newest_wheel_for_this_machine_is_unpacked(land: Land, bootstrap: Bootstrap, tmp_path: Path) -> None:
    land("0.9.10")
    land("0.13.2")
    land("0.13.10")
    land("0.14.0", machine="riscv64")
    land("0.15.0", attributes='data-yanked="broken"')
    done = bootstrap()
    assert (done.returncode, done.stdout) == (0, ".uv/bin/uv\n"), done.stderr
    assert subprocess.check_output([tmp_path / ".uv" / "bin" / "uv"], text=True) == "uv 0.13.10\n"


def test_a_wheel_with_other_bytes_is_refused(land: Land, bootstrap: Bootstrap, tmp_path: Path) -> None:
    land("0.13.2", digest="0" * 64)
    done = bootstrap()
    assert (done.returncode, done.stdout) == (1, "")
    assert "its SHA-256 differs" in done.stderr
    assert not (tmp_path / ".uv" / "bin" / "uv").exists()


def test_an_index_without_a_wheel_for_this_machine_is_said(land: Land, bootstrap: Bootstrap) -> None:
    land("0.13.2", machine="riscv64")
    done = bootstrap()
    assert done.returncode == 1
    assert f"no wheel of uv for {platform.machine()}" in done.stderr
    assert "Install uv" in done.stderr
