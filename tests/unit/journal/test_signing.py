"""Who may sign, and what a signature is worth."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.journal.story import MODEL, Story, note

from evergreen.core.digest import sha256
from evergreen.core.errors import AccessDenied, InputError, IntegrityError
from evergreen.journal.decisions import record_approval, record_release
from evergreen.journal.entry import SIGNED, Entry, key_of, signed
from evergreen.journal.journal import Journal
from evergreen.journal.signing import Keyring, Purpose, Signer, Trust, load_keyring, load_signer, new_pair, open_trust
from evergreen.stores.memory import MemoryStore


def _stranger() -> Trust:
    signer = Signer(Ed25519PrivateKey.generate())
    return Trust(signer=signer, keys=Keyring([signer.public]))


def _pair(folder: Path) -> tuple[str, Path, Path]:
    name, private, public = new_pair()
    key, keys = folder / "key.pem", folder / "keys"
    keys.mkdir(exist_ok=True)
    key.write_text(private)
    key.chmod(0o600)
    (keys / f"{name}.pem").write_text(public)
    return name, key, keys


def _signer_of(trust: Trust) -> Signer:
    assert trust.signer is not None
    return trust.signer


@given(st.binary(max_size=50), st.binary(max_size=50), st.sampled_from(["entry", "checkpoint"]), st.text(max_size=9))
def test_a_signature_is_of_these_bytes_this_purpose_and_this_model(
    trust: Trust, data: bytes, other: bytes, purpose: Purpose, model: str
) -> None:
    signature, name = _signer_of(trust).sign("entry", MODEL, data), _signer_of(trust).name
    trust.keys.check("entry", MODEL, data, signature, name)
    if (other, purpose, model) != (data, "entry", MODEL):
        with pytest.raises(IntegrityError, match="over these bytes"):
            trust.keys.check(purpose, model, other, signature, name)


@pytest.mark.parametrize(
    ("signature", "name", "words"),
    [
        (None, None, "not signed"),
        ("00", None, "not signed"),
        ("zz", "known", "over these bytes"),
        ("", "f" * 16, "none of"),
    ],
)
def test_a_missing_or_foreign_signature_is_told_apart(
    trust: Trust, signature: str | None, name: str | None, words: str
) -> None:
    known = _signer_of(trust).name
    with pytest.raises(IntegrityError, match=words):
        trust.keys.check("entry", MODEL, b"", signature, known if name == "known" else name)


def test_what_decides_over_what_serves_is_signed_and_the_rest_needs_no_key(trust: Trust) -> None:
    store = MemoryStore()
    Story(1).judge(Journal(store, MODEL, Trust(keys=trust.keys)))
    Story(1).win(Journal(store, MODEL, trust))
    entries = list(Journal(store, MODEL).entries())
    assert {entry.kind for entry in entries if entry.signature} == {"approval", "release", "promotion"} <= SIGNED
    assert {entry.signed_by for entry in entries if entry.signature} == {_signer_of(trust).name}
    champion = Journal(store, MODEL, Trust(keys=trust.keys)).state().champion
    assert champion is not None


def test_a_release_step_without_the_key_writes_nothing(trust: Trust) -> None:
    store = MemoryStore()
    journal = Journal(store, MODEL, Trust(keys=trust.keys))
    Story(1).judge(journal)
    with pytest.raises(AccessDenied, match=r"'approval' must be signed.*EVERGREEN_SIGNING_KEY_FILE"):
        record_approval(journal, Story(1).approval)
    assert len(list(store.list(""))) == 1


@pytest.mark.parametrize("by", ["nobody", "a stranger"])
def test_nothing_is_decided_on_an_entry_that_the_wrong_one_wrote(trust: Trust, by: str) -> None:
    store = MemoryStore()
    forger = Journal(store, MODEL, None if by == "nobody" else _stranger())
    Story(1).judge(forger)
    record_approval(forger, Story(1).approval)
    with pytest.raises(IntegrityError, match=r"00002\.json \(approval\): it is"):
        record_release(Journal(store, MODEL, trust), Story(1).release)


def test_a_signed_journal_cannot_be_given_to_another_model(trust: Trust) -> None:
    store = MemoryStore()
    Story(1).win(Journal(store, MODEL, trust))
    for sequence in range(1, 5):
        store.put(key_of("other", sequence), store.get(key_of(MODEL, sequence)))
    with pytest.raises(IntegrityError, match="over these bytes"):
        Journal(store, "other", trust).state()


def test_after_a_rotation_both_keys_count(trust: Trust) -> None:
    store, newer = MemoryStore(), _stranger()
    both = Keyring([_signer_of(trust).public, _signer_of(newer).public])
    Story(1).win(Journal(store, MODEL, trust))
    Story(2, against=1).win(Journal(store, MODEL, Trust(signer=newer.signer, keys=both)))
    assert len({e.signed_by for e in Journal(store, MODEL, Trust(keys=both)).entries() if e.signed_by}) == 2
    with pytest.raises(IntegrityError, match="none of EVERGREEN_PUBLIC_KEYS"):
        Journal(store, MODEL, trust).state()


def test_an_entry_is_signed_as_a_whole(trust: Trust) -> None:
    journal = Journal(MemoryStore(), MODEL)
    entry = signed(journal.record(note("a")), MODEL, _signer_of(trust))
    assert Entry.from_json(entry.to_json()) == entry
    assert (len(entry.signature or ""), len(entry.signed_by or "")) == (128, 16)


def test_a_pair_of_files_signs_and_checks(tmp_path: Path) -> None:
    name, key, keys = _pair(tmp_path)
    trust = open_trust(key, keys)
    assert (_signer_of(trust).name, trust.keys.names) == (name, (name,))
    assert name == sha256(_signer_of(trust).public.public_bytes_raw())[:16]
    assert open_trust(key, None).keys.names == (name,)
    assert not open_trust(None, None).keys


def test_keys_are_read_from_a_folder_or_from_one_file(tmp_path: Path) -> None:
    first, second = _pair(tmp_path), _pair(tmp_path)
    assert load_keyring(first[2]).names == tuple(sorted((first[0], second[0])))
    together = tmp_path / "all.pem"
    together.write_bytes(b"".join(path.read_bytes() for path in sorted(first[2].glob("*.pem"))))
    assert load_keyring(together).names == load_keyring(first[2]).names


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    _, key, _ = _pair(tmp_path)
    key.chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        load_signer(key)


def test_files_that_are_no_keys_are_refused_without_a_look_inside(tmp_path: Path) -> None:
    _, key, keys = _pair(tmp_path)
    key.write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    with pytest.raises(InputError, match="no private key in PEM") as error:
        load_signer(key)
    assert "c2VjcmV0" not in str(error.value)
    (keys / "broken.pem").write_text("-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n")
    with pytest.raises(InputError, match="EVERGREEN_PUBLIC_KEYS"):
        load_keyring(keys)
    for missing in (lambda: load_signer(tmp_path / "none"), lambda: load_keyring(tmp_path / "none")):
        with pytest.raises(InputError, match="cannot be read"):
            missing()


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    key, public = tmp_path / "ec.pem", tmp_path / "public.pem"
    key.write_bytes(
        other.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    key.chmod(0o600)
    public.write_bytes(
        other.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(InputError, match="no Ed25519 key"):
        load_signer(key)
    with pytest.raises(InputError, match="0 Ed25519 keys among 1"):
        load_keyring(public)


def test_nothing_shows_a_private_key(tmp_path: Path) -> None:
    _, key, _ = _pair(tmp_path)
    secret = key.read_text().splitlines()[1]
    signer = load_signer(key)
    assert secret not in repr(signer) + str(signer) + repr(Trust(signer=signer, keys=Keyring()))


def test_an_altered_signed_entry_is_not_believed(trust: Trust) -> None:
    store = MemoryStore()
    Story(1).win(Journal(store, MODEL, trust))
    head = Entry.from_json(store.get(key_of(MODEL, 4)))
    store.put(key_of(MODEL, 4), replace(head, actor="somebody else").to_json())
    with pytest.raises(IntegrityError, match="over these bytes"):
        Journal(store, MODEL, trust).state()
