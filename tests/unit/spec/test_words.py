"""Values of a file are shown bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.spec.words import FOUND_LIMIT, found, nearest


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_what_was_found_is_short(value: object) -> None:
    assert 0 < len(found(value)) <= FOUND_LIMIT * 10 + 2


@pytest.mark.parametrize(("word", "hint"), [("slidng", "; did you mean 'sliding'?"), (3, ""), ("", "")])
def test_the_nearest_word(word: object, hint: str) -> None:
    assert nearest(word, ["sliding", "expanding"]) == hint
