# ruff: noqa: INP001 - a script
"""Get the newest uv from its wheel, with nothing but Python's own library: for a machine without venv, pip and root.

    python3 .ci/wheel.py .uv/bin/uv

Reads the package index (PIP_INDEX_URL or UV_INDEX_URL, else PyPI), takes the wheel for this machine, compares its
SHA-256 with the one in the index, and unpacks the program.
"""

import hashlib
import io
import os
import platform
import re
import sys
import zipfile
from pathlib import Path
from urllib.parse import urldefrag, urljoin
from urllib.request import urlopen

LINK = re.compile(r"<a\s[^>]*>")
HREF = re.compile(r'href="([^"]+)"')
VERSION = re.compile(r"/uv-(\d+)\.(\d+)\.(\d+)-py3-none-manylinux[^/]*$")
SECONDS = 60


def newest(page: str, base: str, machine: str) -> tuple[str, str]:
    """Address and SHA-256 of the newest wheel for ``machine`` on an index's page (PEP 503); yanked ones do not count."""
    found: dict[tuple[int, ...], tuple[str, str]] = {}
    for link in LINK.findall(page):
        href = HREF.search(link)
        if href is None or "data-yanked" in link:
            continue
        address, fragment = urldefrag(urljoin(base, href[1]))
        version = VERSION.search(address)
        if version and f"_{machine}." in address and fragment.startswith("sha256="):
            found.setdefault(tuple(map(int, version.groups())), (address, fragment.removeprefix("sha256=")))
    if not found:
        sys.exit(f"{base} has no wheel of uv for {machine}.")
    return found[max(found)]


def fetched(address: str) -> tuple[bytes, str]:
    """What the server sends, and the address where it was found at last."""
    with urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - the index that the user chose
        return answer.read(), answer.url


def install(target: Path) -> None:
    """Put the program at ``target``."""
    index = os.environ.get("PIP_INDEX_URL") or os.environ.get("UV_INDEX_URL") or "https://pypi.org/simple"
    if "@" in index:
        sys.exit("A package index that wants a login is not supported here.")
    page, base = fetched(f"{index.rstrip('/')}/uv/")
    address, sha256 = newest(page.decode(), base, platform.machine())
    wheel, _ = fetched(address)
    if hashlib.sha256(wheel).hexdigest() != sha256:
        sys.exit(f"{address} is not what {base} says: its SHA-256 differs.")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        inside = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        program = archive.read(inside)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(program)
    target.chmod(0o755)


if __name__ == "__main__":
    try:
        install(Path(sys.argv[1]))
    except OSError as error:
        sys.exit(f"uv's wheel could not be fetched: {error}")
