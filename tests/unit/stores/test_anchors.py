"""What a place for heads must do. One body, over a file here and over a real MLflow in tests/integration/mlflow."""

import stat
from pathlib import Path
from uuid import uuid4

import pytest

from evergreen.core.errors import OutageError
from evergreen.stores.anchors import FileAnchors
from evergreen.stores.ports import Anchors


class AnchorsContract:
    """The tests; a subclass gives the fixture ``place``."""

    @pytest.fixture
    def model(self) -> str:
        return f"model_{uuid4().hex[:8]}"

    def test_what_was_noted_last_is_read_last(self, place: Anchors, model: str) -> None:
        assert place.noted(model) == ()
        place.note(model, '{"é": 1}')
        assert place.noted(model) == ('{"é": 1}',)
        place.note(model, '{"é": 2}')
        assert place.noted(model)[-1] == '{"é": 2}'

    def test_models_do_not_mix(self, place: Anchors, model: str) -> None:
        place.note(model, "{}")
        assert place.noted(f"{model}_more") == ()

    def test_a_place_has_a_name(self, place: Anchors) -> None:
        assert "evergreen.stores" not in str(place)


class TestFileAnchors(AnchorsContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> Anchors:
        return FileAnchors(tmp_path / "folder" / "heads.jsonl")

    def test_every_head_is_kept(self, place: Anchors, model: str) -> None:
        for number in range(3):
            place.note(model, str(number))
        assert place.noted(model) == ("0", "1", "2")

    def test_a_line_that_was_cut_is_passed_over(self, tmp_path: Path, model: str) -> None:
        place = FileAnchors(tmp_path / "heads.jsonl")
        place.note(model, "1")
        place.path.write_text(place.path.read_text() + '[1]\n7\n{"model": "' + model)
        place.note(model, "2")
        assert place.noted(model) == ("1", "2")

    def test_a_file_that_cannot_be_opened_is_an_outage(self, tmp_path: Path, model: str) -> None:
        (tmp_path / "taken").write_text("")
        place = FileAnchors(tmp_path / "taken" / "heads.jsonl")
        with pytest.raises(OutageError, match="taken"):
            place.note(model, "1")
        assert stat.S_ISREG((tmp_path / "taken").stat().st_mode)
        with pytest.raises(OutageError, match="taken"):
            place.noted(model)
