"""The process that runs user code: it settles in, calls one function, and answers.

Only the standard library is imported here, beside what a pipeline needs to become bytes. An answer is a JSON object with
``result`` (base64) or ``fault`` (a sentence).
"""

import base64
import importlib.util
import inspect
import json
import os
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any, NoReturn

from evergreen.jail import landlock, seccomp
from evergreen.jail.kernel import give_up_privileges
from evergreen.jail.recount import describe, place

OPEN_FILES = 256
FILE_BYTES = 64 << 20
SYSTEM = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/share/zoneinfo", "/etc/ld.so.cache", "/etc/localtime",
    "/dev/null", "/dev/urandom",
)  # fmt: skip
"""What an interpreter reads beside its own folders and those of its libraries."""

Order = Mapping[str, Any]
"""``code``, ``scratch`` and ``shown`` folders, ``module``, ``function``, ``named_by``, ``arguments``, ``offered``,
``returns``, ``seconds`` and ``memory`` bytes."""


class OutOfTime(BaseException):
    """Raised inside user code when its time is over; no ``except Exception`` catches it."""


class _Fault(Exception):
    pass


def serve(order: Order, answer: int, output: int) -> NoReturn:
    """Answer the order into the descriptor ``answer`` and end; what user code prints goes to ``output``."""
    own = os.getpid()
    try:
        try:
            _settle(order, answer, output)
        except OSError as error:
            said = {"fault": f"{order['shown']}: the jail could not be closed: {describe(error)}."}
        else:
            said = _answer(order)
        if os.getpid() == own:  # user code may have copied this process, and the copy has come back, too
            sys.stdout.flush()
            with open(answer, "wb") as file:
                file.write(json.dumps(said).encode())
    finally:
        os._exit(0)  # without what user code registered for the end, and never back into the warden's code


def _settle(order: Order, answer: int, output: int) -> None:
    """Leave everything behind that the process was born with, and give up every right that it does not need."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for old, new in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(old, new)
    os.closerange(3, answer)
    os.closerange(answer + 1, os.sysconf("SC_OPEN_MAX"))
    os.chdir(order["scratch"])
    for name in ("HOME", "TMPDIR"):
        os.environ.setdefault(name, order["scratch"])
    _limit(order)
    give_up_privileges()
    library = [sys.prefix, sys.base_prefix, *(path for path in sys.path if path), *SYSTEM]
    landlock.restrict([Path(order["code"]), *map(Path, library)], [Path(order["scratch"])])
    if seccomp.offered():
        seccomp.forbid()


def _limit(order: Order) -> None:
    seconds, memory = int(order["seconds"]), int(order["memory"])
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds + 1,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_AS: _address_space() + memory,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file that is too long is an OSError
    signal.signal(signal.SIGALRM, _out_of_time)
    signal.setitimer(signal.ITIMER_REAL, order["seconds"])


def _address_space() -> int:
    """Bytes that the interpreter and its libraries already take."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 1 << 30


def _out_of_time(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (the shape of a handler)
    raise OutOfTime


def _answer(order: Order) -> dict[str, str]:
    try:
        function = _function(order, _module(order))
        arguments = _fitting(order, function)
        result = _called(order, f": {order['function']}() raised", lambda: function(**arguments))
        data = _called(
            order, f": {order['function']}() returned what is no {order['returns']}:", lambda: _bytes(order, result)
        )
    except _Fault as fault:
        return {"fault": str(fault)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return {"result": base64.b64encode(data).decode("ascii")}


def _called(order: Order, words: str, what: Callable[[], Any]) -> Any:
    """The value of ``what``; an error becomes a fault that begins with its place and ``words``."""
    try:
        return what()
    except BaseException as error:  # noqa: BLE001 (user code may raise anything)
        code, shown = Path(order["code"]), Path(order["shown"])
        at = place(error, code, shown, order["module"])
        if isinstance(error, OutOfTime):
            raise _Fault(f"{at}: {order['function']}() took longer than {order['seconds']:g} s.") from None
        told = describe(error).replace(str(code), str(shown))
        raise _Fault(f"{at}{words} {told}.") from None


def _module(order: Order) -> ModuleType:
    """Run the user's file; its neighbours are on the path."""
    name, code = order["module"], order["code"]
    sys.path.insert(0, code)
    sys.dont_write_bytecode = True
    found = importlib.util.spec_from_file_location(name, f"{code}/{name}.py")
    if found is None or found.loader is None:
        raise _Fault(f"{order['shown']}/{name}.py is no Python file.")
    module, loader = importlib.util.module_from_spec(found), found.loader
    sys.modules[name] = module
    _called(order, " does not import:", lambda: loader.exec_module(module))
    return module


def _function(order: Order, module: ModuleType) -> Callable[..., Any]:
    function = getattr(module, order["function"], None)
    if not callable(function):
        raise _Fault(
            f"{order['shown']}/{order['module']}.py has no function {order['function']!r}, "
            f"which {order['named_by']} of model.yaml names."
        )
    found: Callable[..., Any] = function
    return found


def _fitting(order: Order, function: Callable[..., Any]) -> dict[str, Any]:
    """The arguments, and those of the offered ones that the function has a parameter for."""
    signature = inspect.signature(function)
    arguments = dict(order["arguments"])
    arguments |= {name: value for name, value in order["offered"].items() if name in signature.parameters}
    try:
        signature.bind(**arguments)
    except TypeError as error:
        given = ", ".join(arguments) or "none"
        line = function.__code__.co_firstlineno if hasattr(function, "__code__") else 1
        raise _Fault(
            f"{order['shown']}/{order['module']}.py:{line}: the parameters do not fit what model.yaml gives: {error} "
            f"(given: {given})."
        ) from None
    return arguments


def _bytes(order: Order, result: object) -> bytes:
    if order["returns"] == "json":
        return json.dumps(result, allow_nan=False).encode()
    import skops.io

    data: bytes = skops.io.dumps(result)
    return data
