"""What is no YAML, or no safe YAML, is refused with its line before anything is built."""

from pathlib import Path

import pytest

from evergreen.core.errors import SpecError
from evergreen.spec.document import LARGEST_BYTES, read


def refusal(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        read(path)
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ":1: expected a mapping with keys such as version, name and owner, found an empty file."),
        (b"- a\n", ":1: expected a mapping with keys such as version, name and owner, found a list."),
        (b"a: b: c\n", ":1:5: is no YAML: mapping values are not allowed"),
        (b"a:\n\t- b\n", ":2:1: is no YAML:"),
        (b"a: \xff\n", ":1: expected UTF-8 text, found the byte 0xff."),
        (b"a: \x00\n", ": is no YAML: unacceptable character"),
        (b"a: 1\nb: 2\na: 3\n", ":3: a: is given twice, first in line 1; keep one."),
        (b"a:\n  b: 1\n  b: 2\n", ":3: a.b: is given twice, first in line 2; keep one."),
        (b"yes: 1\n", ":1: yes: expected a key of text; put it in quotes."),
        (b"a: &x 1\nb: *x\n", ":1: anchors (&) and aliases (*) are not used here: write the value out."),
        (b"a: 2013-02-30\n", ": holds a value that YAML cannot read: day is out of range for month."),
        (b"a: !!python/object/apply:os.system [ls]\n", ":1:4: is no YAML: could not determine a constructor"),
        (b"a: 1\n---\nb: 2\n", ":2:1: is no YAML: but found another document"),
        (b"[" * 100_000, ":1: is nested more than 24 levels deep"),
        (b"- " * 10_000, ":1: is nested more than 24 levels deep"),
        (b"a: " + b"x" * LARGEST_BYTES, ": is larger than 256 KiB"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "model.yaml"
    path.write_bytes(content)
    assert refusal(path).startswith(message)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "model.yaml") == ": there is no such file; a model folder needs one."


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == ": cannot be read: Is a directory."


def test_every_value_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text("a:\n  - b\n  - c: 1\n    d: 2\n")
    document = read(path)
    assert document.data == {"a": ["b", {"c": 1, "d": 2}]}
    assert [document.line(keys) for keys in ((), ("a",), ("a", 0), ("a", 1, "d"))] == [1, 1, 2, 4]
    assert document.line(("a", 1, "missing", "below")) == 3
