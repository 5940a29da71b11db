"""Call a function of a model folder in its jail: the one way in which code of a model folder is run.

What goes in is JSON, what comes out is bytes. docs/user-code.md says what the jail promises.
"""

import base64
import logging
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from signal import Signals
from tempfile import TemporaryDirectory
from typing import Any, Literal

from evergreen.core.errors import CodeError
from evergreen.core.settings import secrets, settings
from evergreen.jail.process import ask
from evergreen.jail.recount import plain

MOST_CODE = 8 << 20
FAULT_LIMIT = 1_000
OUTPUT_LIMIT = 4_000

log = logging.getLogger(__name__)


def call(
    folder: Path,
    function: str,
    arguments: Mapping[str, Any],
    *,
    returns: Literal["json", "skops"],
    named_by: str,
    offered: Mapping[str, Any] | None = None,
) -> bytes:
    """Call ``module:function`` of a model folder, and give what it returned as JSON or as a skops file.

    The bytes were made beside code that nobody checked: read them as such.

    Parameters
    ----------
    folder
        The model folder. Its Python files are copied; the function sees them, the libraries, and nothing else.
    arguments
        Keyword arguments; what JSON can say.
    named_by
        The key of ``model.yaml`` that names the function, for messages.
    offered
        Arguments that the function gets only if it has parameters of these names.

    Raises
    ------
    CodeError
        The file is missing or does not import, the function is missing, raises, ends the process, takes too long or leaves
        processes behind, or its result cannot be stored. Names the file and, where there is one, the line.
    """
    module, _, name = function.partition(":")
    path, limits = folder / f"{module}.py", settings()
    root = limits.work_dir / "jail"
    root.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=root) as room:
        code, scratch = Path(room, "code"), Path(room, "scratch")
        _copy(folder, path, code, named_by)
        scratch.mkdir()
        order = {
            "code": str(code.resolve()),
            "scratch": str(scratch.resolve()),
            "shown": str(folder),
            "module": module,
            "function": name,
            "named_by": named_by,
            "arguments": dict(arguments),
            "offered": dict(offered or {}),
            "returns": returns,
            "seconds": limits.user_code_seconds,
            "memory": limits.user_code_memory_bytes,
        }
        reply = ask(order)
    _note(path, reply)
    return _result(reply, path, name, limits.user_code_seconds)


def _copy(folder: Path, path: Path, target: Path, named_by: str) -> None:
    """The folder's Python files, which are those that a training's key covers, to read and not to write."""
    if not path.is_file():
        raise CodeError(f"{path} cannot be read (no such file); {named_by} of model.yaml names it.")
    room = MOST_CODE
    for file in sorted(folder.rglob("*.py")):
        # A link could name any file that this process may read.
        if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
            raise CodeError(f"{file} is no file of the model folder but leads out of it; put the code itself there.")
        room -= file.stat().st_size
        if room < 0:
            raise CodeError(f"{folder}: its Python files have more than {MOST_CODE} bytes; keep data in the bucket.")
        copy = target / file.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copy)
        copy.chmod(0o444)


def _note(path: Path, reply: Mapping[str, Any]) -> None:
    """What the code printed, in the log of the task."""
    _say_what_guards(tuple(reply["guards"]))
    if printed := _redacted(plain(str(reply.get("output", "")), OUTPUT_LIMIT)):
        more = f" … and {reply['dropped']} bytes more" if reply.get("dropped") else ""
        log.info("%s printed: %s%s", path, printed, more)


@cache
def _say_what_guards(guards: tuple[str, ...]) -> None:
    if any(name.startswith("Landlock") for name in guards):
        log.info("Code of model folders is guarded by %s.", ", ".join(guards))
        return
    log.warning(
        "This kernel has no Landlock: code of model folders gets no credentials, but it may read and write what this user "
        "may. Guards: %s. See docs/user-code.md.",
        ", ".join(guards) or "none",
    )


def _result(reply: Mapping[str, Any], path: Path, name: str, seconds: float) -> bytes:
    status, left = reply["status"], int(reply["left"])
    if status is None:
        raise CodeError(f"{path}: {name}() took longer than {seconds:g} s and was ended (EVERGREEN_USER_CODE_SECONDS).")
    if left:
        many = "1 process" if left == 1 else f"{left} processes"
        raise CodeError(f"{path}: {name}() left {many} behind, now ended; start none that outlives the call.")
    if "fault" in reply:
        raise CodeError(_redacted(plain(reply["fault"], FAULT_LIMIT)))
    if "result" not in reply:
        how = f"signal {Signals(-status).name}" if status < 0 else f"exit code {status}"
        raise CodeError(f"{path}: {name}() ended its process ({how}) without an answer.")
    return base64.b64decode(reply["result"])


def _redacted(text: str) -> str:
    for secret in secrets():
        text = text.replace(secret, "********")
    return text
