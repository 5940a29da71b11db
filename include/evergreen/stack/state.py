"""Where the local stack keeps everything it writes: one folder, ignored by git."""

from dataclasses import dataclass
from pathlib import Path

from evergreen.core.errors import RunError
from evergreen.core.settings import settings


@dataclass(frozen=True)
class State:
    """The state folder ``path`` of the stack that runs the project in ``project``. Both are absolute."""

    project: Path
    path: Path

    @property
    def credentials(self) -> Path:
        """Every generated secret, mode 600."""
        return self.path / "credentials.json"

    @property
    def signing_key(self) -> Path:
        """The key by which releases are signed, mode 600."""
        return self.path / "signing-key.pem"

    @property
    def public_keys(self) -> Path:
        """A file for each key whose signatures count."""
        return self.path / "public-keys"

    @property
    def passwords(self) -> Path:
        """Logins of the Airflow UI by user name, mode 600; Airflow reads this file itself."""
        return self.path / "passwords.json"

    @property
    def env(self) -> Path:
        """``export`` lines for a shell, mode 600."""
        return self.path / "env"

    @property
    def ports(self) -> Path:
        """The port of each listener; may be edited while the stack is down."""
        return self.path / "ports.json"

    @property
    def status(self) -> Path:
        """What the supervisor says of each component; exists only while it runs."""
        return self.path / "status.json"

    @property
    def logs(self) -> Path:
        """One file per component. The supervisor holds a lock on this folder while it lives."""
        return self.path / "logs"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.path / "airflow"

    @property
    def postgres(self) -> Path:
        """The data of PostgreSQL; belongs to another system user when the stack was started by root."""
        return self.path / "postgres"

    @property
    def s3(self) -> Path:
        """The data of the S3 server."""
        return self.path / "s3"

    @property
    def work(self) -> Path:
        """Scratch space of the tasks, and their cache."""
        return self.path / "work"

    def log(self, component: str) -> Path:
        """The log of one component."""
        return self.logs / f"{component}.log"

    def create(self) -> None:
        """Make the folders. Others may pass through ``path`` (PostgreSQL's system user must), not list it."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o711)
        for folder in (self.logs, self.airflow, self.s3, self.work):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)


def locate(folder: Path | None = None) -> State:
    """The stack of the project that ``folder`` (here: the working directory) belongs to.

    Raises
    ------
    RunError
        When neither ``folder`` nor a folder above it has a Procfile.
    """
    start = (folder or Path.cwd()).resolve()
    project = next((place for place in (start, *start.parents) if (place / "Procfile").is_file()), None)
    if project is None:
        raise RunError(f"There is no Procfile in {start} or above it: run this in the project's folder.")
    chosen = settings().state_dir
    return State(project=project, path=(project / chosen).resolve() if chosen else project / ".evergreen")
