"""Digests that are stored: their values stay."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.core.digest import CHUNK, canonical, digest_of, digest_of_file, sha256

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


def test_digests_stay() -> None:
    assert sha256(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert canonical({"ü": 1.0, "a": [1, "\n"]}) == '{"a":[1,"\\n"],"ü":1.0}'.encode()
    assert digest_of({"b": 1, "a": None}) == sha256(b'{"a":null,"b":1}')


@given(st.dictionaries(st.text(max_size=9), JSON, max_size=5))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        digest_of([number])


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1])
def test_a_file_is_digested_in_pieces(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    assert digest_of_file(path) == hashlib.sha256(b"x" * size).hexdigest()
