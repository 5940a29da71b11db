"""Signatures (Ed25519): who may decide over what serves, and how anybody can check it.

A signature covers the purpose, the model's name and the bytes, so that it cannot be carried to another model's journal
or from a checkpoint to an entry. Source: RFC 8032.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from evergreen.core.digest import sha256
from evergreen.core.errors import InputError, IntegrityError

Purpose = Literal["entry", "checkpoint"]

ID_LENGTH = 16
MARK = b"-----END PUBLIC KEY-----"


class Signer:
    """A private key. Neither ``repr`` nor ``str`` shows it.

    >>> signer = Signer(Ed25519PrivateKey.generate())
    >>> Keyring([signer.public]).check("entry", "small", b"said", signer.sign("entry", "small", b"said"), signer.name)
    """

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key()
        self.name = name_of(self.public)

    def sign(self, purpose: Purpose, model: str, data: bytes) -> str:
        """The signature, 128 hexadecimal digits."""
        return self._key.sign(_covered(purpose, model, data)).hex()


class Keyring:
    """The public keys whose signatures count, by name. An empty one checks nothing: see ``__bool__``."""

    def __init__(self, keys: Iterable[Ed25519PublicKey] = ()) -> None:
        self._keys = {name_of(key): key for key in keys}

    def __bool__(self) -> bool:
        return bool(self._keys)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys, in order."""
        return tuple(sorted(self._keys))

    def check(self, purpose: Purpose, model: str, data: bytes, signature: str | None, name: str | None) -> None:
        """Check a signature.

        Raises
        ------
        IntegrityError
            When there is none, its key is not known, or it is not of these bytes.
        """
        if signature is None or name is None:
            raise IntegrityError("it is not signed.")
        if name not in self._keys:
            raise IntegrityError(
                f"it is signed by key {name[:ID_LENGTH]!r}, which is none of EVERGREEN_PUBLIC_KEYS ({', '.join(self.names)})."
            )
        try:
            self._keys[name].verify(bytes.fromhex(signature), _covered(purpose, model, data))
        except (InvalidSignature, ValueError):
            raise IntegrityError(f"its signature is not one of key {name!r} over these bytes.") from None


@dataclass(frozen=True, kw_only=True)
class Trust:
    """By whom this process signs (None: it cannot), and whose signatures count (none: they are not checked)."""

    signer: Signer | None = None
    keys: Keyring


def open_trust(signing_key: Path | None, public_keys: Path | None) -> Trust:
    """The trust that the settings name. A process that signs and was given no public keys trusts its own.

    Raises
    ------
    InputError
        When a file is missing, is no Ed25519 key in PEM, or a private key can be read by others.
    """
    signer = load_signer(signing_key) if signing_key else None
    if public_keys is not None:
        return Trust(signer=signer, keys=load_keyring(public_keys))
    return Trust(signer=signer, keys=Keyring([signer.public] if signer else []))


def name_of(key: Ed25519PublicKey) -> str:
    """The name of a key: the first 16 hexadecimal digits of the SHA-256 of its 32 bytes."""
    return sha256(key.public_bytes_raw())[:ID_LENGTH]


def load_signer(path: Path) -> Signer:
    """The private key in a PEM file of mode 600; raises ``InputError``, which never shows its content."""
    try:
        mode = path.stat().st_mode
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise InputError(f"EVERGREEN_SIGNING_KEY_FILE: {path} cannot be read ({error.strerror}).") from None
    except (ValueError, TypeError):
        raise InputError(f"EVERGREEN_SIGNING_KEY_FILE: {path} is no private key in PEM without a password.") from None
    if mode & 0o077:
        raise InputError(f"EVERGREEN_SIGNING_KEY_FILE: others can read {path}. Run `chmod 600 {path}`.")
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"EVERGREEN_SIGNING_KEY_FILE: {path} holds no Ed25519 key. `evergreen journal key` makes one.")
    return Signer(key)


def load_keyring(path: Path) -> Keyring:
    """The public keys in a PEM file, or in the ``*.pem`` files of a folder; raises ``InputError``."""
    try:
        files = sorted(path.glob("*.pem")) if path.is_dir() else [path]
        blocks = [block + MARK for file in files for block in file.read_bytes().split(MARK)[:-1]]
        keys = [serialization.load_pem_public_key(block.lstrip()) for block in blocks]
    except OSError as error:
        raise InputError(f"EVERGREEN_PUBLIC_KEYS: {path} cannot be read ({error.strerror}).") from None
    except ValueError:
        raise InputError(f"EVERGREEN_PUBLIC_KEYS: {path} holds something that is no public key in PEM.") from None
    ours = [key for key in keys if isinstance(key, Ed25519PublicKey)]
    if not ours or len(ours) < len(keys):
        raise InputError(f"EVERGREEN_PUBLIC_KEYS: {path} holds {len(ours)} Ed25519 keys among {len(keys)} keys.")
    return Keyring(ours)


def new_pair() -> tuple[str, str, str]:
    """A new key: its name, the private key in PEM (a secret), and the public key in PEM."""
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return name_of(key.public_key()), private.decode(), public.decode()


def _covered(purpose: Purpose, model: str, data: bytes) -> bytes:
    return f"evergreen {purpose}\n{model}\n".encode() + data
