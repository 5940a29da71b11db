"""Code of a model folder in its jail: what it gets, what it cannot do, and what is said of it."""

import json
import logging
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from evergreen.core.errors import MESSAGE_LIMIT, CodeError
from evergreen.core.settings import settings
from evergreen.jail import call as jail
from evergreen.jail import landlock, process, seccomp

Caller = Callable[..., Any]
PROJECT = Path(__file__).parents[3]
guarded = pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")


@pytest.fixture
def limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Set limits of user code."""

    def put(**values: float) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"EVERGREEN_USER_CODE_{name.upper()}", str(value))
        settings.cache_clear()

    monkeypatch.setenv("EVERGREEN_WORK_DIR", str(tmp_path / "work"))
    put()
    yield put
    settings.cache_clear()


@pytest.fixture
def ask(tmp_path: Path, limits: object) -> Caller:
    """Call ``rules:judge`` of a folder with this body, or with these files; what it returns as JSON."""

    def asked(body: str = "", /, files: dict[str, str] | None = None, **arguments: Any) -> Any:
        folder = tmp_path / "small"
        folder.mkdir(exist_ok=True)
        lines = "\n".join(f"    {line}" for line in body.splitlines())
        for name, text in (files or {"rules.py": f"import os, time\ndef judge(**given):\n{lines}\n"}).items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return json.loads(jail.call(folder, "rules:judge", arguments, returns="json", named_by="gates"))

    return asked


@pytest.fixture
def afresh() -> Iterator[None]:
    """No warden from before, and none left."""

    def end() -> None:
        while process._held:
            process._held.pop().end()

    end()
    yield
    end()


def test_json_goes_in_and_out(ask: Caller) -> None:
    assert ask("return given", a=[1, "ü"], b={"c": None}) == {"a": [1, "ü"], "b": {"c": None}}


def test_what_is_offered_is_given_only_to_whom_asks(tmp_path: Path, limits: object) -> None:
    (tmp_path / "rules.py").write_text("def few(a): return a\ndef more(a, seed): return [a, seed]")

    def called(name: str) -> Any:
        data = jail.call(tmp_path, f"rules:{name}", {"a": 1}, returns="json", named_by="gates", offered={"seed": 7})
        return json.loads(data)

    assert (called("few"), called("more")) == (1, [1, 7])


def test_neighbours_in_the_folder_are_imported(ask: Caller) -> None:
    files = {
        "rules.py": "from sizes import SIZE\nfrom parts.deep import DEPTH\ndef judge(): return [SIZE, DEPTH]",
        "sizes.py": "SIZE = 3",
        "parts/__init__.py": "",
        "parts/deep.py": "DEPTH = 4",
    }
    assert ask(files=files) == [3, 4]


def test_an_error_in_a_neighbour_is_placed_there(ask: Caller) -> None:
    files = {
        "rules.py": "import sizes\ndef judge(): return sizes.size()",
        "sizes.py": "\ndef size():\n    return 1 / 0",
    }
    with pytest.raises(CodeError, match=r"small/sizes\.py:3: judge\(\) raised ZeroDivisionError"):
        ask(files=files)


def test_the_environment_is_empty_but_for_the_harmless(
    ask: Caller, afresh: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERGREEN_S3_SECRET_KEY", "a-secret-of-the-store")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", "postgres://somebody:a-password@somewhere/db")
    settings.cache_clear()
    seen = ask("return dict(os.environ)")
    allowed = {*process.PASSED_ON, *process.ALONE, "HOME", "TMPDIR", "LC_CTYPE"}  # Python sets LC_CTYPE in the C locale
    assert set(seen) <= allowed
    assert "a-secret" not in str(seen)
    assert "a-password" not in str(seen)


def test_no_descriptor_is_inherited(ask: Caller, tmp_path: Path) -> None:
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        body = "found = []\nfor n in range(200):\n    try: found.append([n, os.readlink(f'/proc/self/fd/{n}')])\n    except OSError: pass\n"
        assert "open" not in str(ask(body + "return found"))
        held = ask(
            "def held(n):\n    try: os.fstat(n)\n    except OSError: return False\n    return True\nreturn sum(map(held, range(200)))"
        )
    assert held == 4  # standard input, output, error, and the answer


@guarded
@pytest.mark.parametrize("name", [".evergreen/env", ".evergreen/keys/signing.pem", "models/other/model.yaml"])
def test_files_beside_the_folder_cannot_be_read(ask: Caller, tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_text("secret")
    with pytest.raises(CodeError, match=r"rules\.py:3: judge\(\) raised PermissionError"):
        ask(f"return open({str(tmp_path / name)!r}).read()")


@guarded
@pytest.mark.parametrize("path", ["/etc/passwd", "/proc/{pid}/environ", "/proc/{pid}/mem", "{project}/README.md"])
def test_what_the_machine_and_the_project_have_cannot_be_read(ask: Caller, path: str) -> None:
    path = path.format(pid=os.getpid(), project=PROJECT)
    with pytest.raises(CodeError, match=r"rules\.py:3: judge\(\) raised PermissionError"):
        ask(f"return len(open({path!r}, 'rb').read(10))")


@guarded
def test_neither_the_guards_environment_nor_a_link_leads_out(ask: Caller, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    with pytest.raises(CodeError, match="PermissionError"):
        ask("return open(f'/proc/{os.getppid()}/environ').read()")
    with pytest.raises(CodeError, match="PermissionError"):
        ask(f"os.symlink({str(secret)!r}, 'link')\nreturn open('link').read()")


def test_a_file_that_links_out_of_the_folder_is_not_copied(ask: Caller, tmp_path: Path) -> None:
    ask("return 1")
    (tmp_path / "secret").write_text("KEY = 1")
    (tmp_path / "small" / "secret.py").symlink_to(tmp_path / "secret")
    with pytest.raises(CodeError, match=r"secret\.py is no file of the model folder"):
        ask("from secret import KEY\nreturn KEY")


@guarded
@pytest.mark.parametrize(
    "target", [PROJECT / "README.md", PROJECT / "models" / "flight_delays" / "pipeline.py"], ids=str
)
def test_the_project_cannot_be_written(ask: Caller, target: Path) -> None:
    with pytest.raises(CodeError, match="PermissionError"):
        ask(f"open({str(target)!r}, 'a')")
    with pytest.raises(CodeError, match="PermissionError"):
        ask(f"open({str(target.with_name('made_by_user_code'))!r}, 'w')")


@guarded
def test_its_own_code_cannot_be_written_and_scratch_can(ask: Caller) -> None:
    with pytest.raises(CodeError, match="PermissionError"):
        ask("open(__file__, 'a')")
    with pytest.raises(CodeError, match="PermissionError"):
        ask("os.remove(__file__)")
    assert ask("open('a', 'w').write('x')\nos.mkdir('b')\nreturn sorted(os.listdir(os.environ['HOME']))") == ["a", "b"]
    assert ask("return os.listdir('.')") == []  # a new one for each call


def test_nothing_is_left_on_the_disk(ask: Caller) -> None:
    ask("open('a', 'w').write('x')")
    assert list((settings().work_dir / "jail").iterdir()) == []


@guarded
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX"])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM"])
def test_no_socket_is_opened(ask: Caller, family: str, kind: str) -> None:
    if not seccomp.offered() and (family, kind) != ("AF_INET", "SOCK_STREAM"):
        pytest.skip("only TCP is guarded without seccomp")
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"('127.0.0.1', {server.getsockname()[1]})"
        with pytest.raises(CodeError, match="PermissionError"):
            ask(f"import socket\nsocket.socket(socket.{family}, socket.{kind}).connect({address})")


@guarded
def test_no_program_is_started(ask: Caller) -> None:
    with pytest.raises(CodeError, match="PermissionError"):
        ask("import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])")


@guarded
def test_no_process_of_others_is_reached(ask: Caller) -> None:
    for victim in ("os.getppid()", str(os.getpid())):
        with pytest.raises(CodeError, match="PermissionError"):
            ask(f"os.kill({victim}, 15)")


DAEMON = """
ready = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(ready[1], b"x")
        time.sleep(600)
    os._exit(0)
os.wait()
os.read(ready[0], 1)
return 1
"""
CHILD = """
if os.fork() == 0:
    time.sleep(600)
return 1
"""


@pytest.mark.parametrize("body", [CHILD, DAEMON], ids=["child", "daemon"])
def test_a_process_left_behind_is_ended_and_told(ask: Caller, body: str) -> None:
    with pytest.raises(CodeError, match=r"rules\.py: judge\(\) left 1 process behind, now ended"):
        ask(body)
    (warden,) = process._held
    assert psutil.Process(warden._process.pid).children(recursive=True) == []


def test_a_copy_of_the_process_that_comes_back_answers_nothing(ask: Caller) -> None:
    assert ask("return 'child' if os.fork() == 0 else [os.wait()[1], 'parent']") == [0, "parent"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("os._exit(3)", r"rules\.py: judge\(\) ended its process \(exit code 3\) without an answer"),
        ("os.kill(os.getpid(), 9)", r"ended its process \(signal SIGKILL\)"),
        ("raise SystemExit(2)", r"rules\.py:3: judge\(\) raised SystemExit: 2"),
        ("raise KeyboardInterrupt", r"rules\.py:3: judge\(\) raised KeyboardInterrupt"),
        ("return object()", r"returned what is no json: TypeError: Object of type object is not JSON serializable"),
        ("return float('nan')", r"returned what is no json: ValueError"),
        ("return bytearray(1 << 40)", r"rules\.py:3: judge\(\) raised MemoryError"),
        (
            "open('big', 'wb').write(bytes(100 << 20))",
            r"rules\.py:3: judge\(\) raised OSError: \[Errno 27\] File too large",
        ),
    ],
)
def test_what_goes_wrong_is_named_with_its_place(ask: Caller, body: str, words: str) -> None:
    with pytest.raises(CodeError, match=words):
        ask(body)
    assert ask("return 1") == 1


def test_an_endless_call_is_ended_with_its_line(ask: Caller, limits: Callable[..., None]) -> None:
    limits(seconds=0.2)
    with pytest.raises(CodeError, match=r"rules\.py:4: judge\(\) took longer than 0\.2 s"):
        ask("while True:\n    time.sleep(0.01)")


def test_a_call_that_catches_everything_is_ended_from_outside(
    ask: Caller, limits: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    limits(seconds=0.2)
    body = "while True:\n    try:\n        while True: time.sleep(0.01)\n    except BaseException: pass"
    with pytest.raises(CodeError, match=r"rules\.py: judge\(\) took longer than 0\.2 s and was ended"):
        ask(body)


def test_what_is_printed_is_logged_within_bounds_and_without_secrets(
    ask: Caller, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_TOKEN", "hunter2hunter2")
    with caplog.at_level(logging.INFO):
        ask("print('see', 'hunter2' * 2, chr(27) + '[31m', 'x' * 10_000_000)")
    (line,) = [r.getMessage() for r in caplog.records if "printed" in r.getMessage()]
    assert "see ******** [31mxx" in line.replace("[31m x", "[31mx")
    assert "bytes more" in line
    assert len(line) < 2 * jail.OUTPUT_LIMIT


def test_messages_are_bounded_and_hold_no_secret(ask: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_TOKEN", "hunter2hunter2")
    with pytest.raises(CodeError) as caught:
        ask("raise ValueError('hunter2' * 2 + 'x' * 100_000)")
    assert "hunter2" not in str(caught.value)
    assert len(str(caught.value)) < MESSAGE_LIMIT


def test_without_landlock_it_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    jail._say_what_guards.cache_clear()
    with caplog.at_level(logging.INFO):
        for _ in range(2):
            jail._say_what_guards(("subreaper",))
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "no Landlock" in record.getMessage()
    jail._say_what_guards.cache_clear()


def test_a_warden_that_ended_is_replaced(ask: Caller, afresh: None) -> None:
    assert ask("return 1") == 1
    process._held[0]._process.kill()
    process._held[0]._process.wait()
    assert ask("return 2") == 2


def test_a_warden_ends_with_its_task(ask: Caller, afresh: None) -> None:
    ask("return 1")
    warden = process._held.pop()
    found = psutil.Process(warden._process.pid)
    os.close(warden._orders)
    found.wait(timeout=30)
    warden._orders = os.open(os.devnull, os.O_RDONLY)
    warden.end()
