"""Write the secrets that docker-compose.yaml asks for to ``.env``, once, readable by its owner alone."""

import base64
import os
import secrets
import sys
from pathlib import Path

NAMES = (
    "POSTGRES_PASSWORD",
    "S3_SECRET_KEY",
    "AIRFLOW_SECRET_KEY",
    "AIRFLOW_JWT_SECRET",
    "ADMIN_PASSWORD",
    "SERVICE_PASSWORD",
)


def main(path: Path) -> None:
    """Create the file; one that exists is kept, since the volumes know its passwords."""
    fernet = base64.urlsafe_b64encode(os.urandom(32)).decode()
    lines = [f"{name}={secrets.token_urlsafe(32)}" for name in NAMES] + [f"AIRFLOW_FERNET_KEY={fernet}"]
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        sys.stderr.write(f"{path} exists and is kept.\n")
        return
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    sys.stderr.write(f"{path} is written; the login of Airflow is admin with ADMIN_PASSWORD.\n")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else ".env"))
