"""The user's function: what it gets, and what it may return."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sklearn.pipeline import Pipeline

from evergreen.core.errors import MESSAGE_LIMIT, PipelineError
from evergreen.spec.model import ModelSpec
from evergreen.training.pipeline import build
from evergreen.training.provenance import code

Specs = Callable[..., ModelSpec]
Writer = Callable[..., Path]
HYPERPARAMETERS = {"max_iter": 3, "learning_rate": 0.5}
IMPORTS = """
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.pipeline import make_pipeline
"""


def made(specs: Specs, folder: Path, seed: int = 7) -> Pipeline:
    return build(specs(), folder, HYPERPARAMETERS, seed)


def test_the_function_gets_the_hyperparameters(small_spec: Specs, write_recipe: Writer) -> None:
    last = made(small_spec, write_recipe())[-1]
    assert (last.max_iter, last.learning_rate) == (3, 0.5)


def test_a_random_state_left_open_gets_the_seed_and_one_that_is_set_stays(
    small_spec: Specs, write_recipe: Writer
) -> None:
    assert made(small_spec, write_recipe(), seed=11)[-1].random_state == 11
    fixed = write_recipe((write_recipe() / "pipeline.py").read_text().replace("max_iter=max_iter", "random_state=5"))
    assert made(small_spec, fixed, seed=11)[-1].random_state == 5


def test_a_parameter_named_seed_gets_the_seed(small_spec: Specs, write_recipe: Writer) -> None:
    source = (
        IMPORTS + "def build(*, seed, max_iter, learning_rate):\n    return make_pipeline(LogisticRegression(C=seed))"
    )
    assert made(small_spec, write_recipe(source), seed=11)[-1].C == 11


def test_an_edited_file_counts_at_once_and_leaves_no_bytecode(small_spec: Specs, write_recipe: Writer) -> None:
    folder = write_recipe()
    made(small_spec, folder)
    write_recipe(IMPORTS + "def build(**_):\n    return make_pipeline(LogisticRegression())")
    assert type(made(small_spec, folder)[-1]).__name__ == "LogisticRegression"
    assert [path.name for path in folder.iterdir()] == ["pipeline.py"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def build(:\n", r"pipeline\.py:1 does not import: SyntaxError"),
        ("\n\nimport no_such_module", r"pipeline\.py:3 does not import: ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", r"pipeline\.py:1 does not import: SystemExit: 3"),
        ("x = 1", "has no function 'build'"),
        (
            "def build(*, max_iter):\n    pass",
            r"pipeline\.py:1: the parameters do not fit what model.yaml gives: .*'learning_rate'",
        ),
        (
            "\ndef build(**_):\n    return 1 / 0",
            r"pipeline\.py:3: build\(\) raised ZeroDivisionError: division by zero",
        ),
        ("def build(**_):\n    return 3", r"build\(\) returned int; it must return a scikit-learn Pipeline"),
        (IMPORTS + "def build(**_):\n    return LogisticRegression()", "returned LogisticRegression; it must return"),
        (
            IMPORTS + "def build(**_):\n    return make_pipeline(LinearRegression())",
            "the task binary needs a classifier",
        ),
        (IMPORTS + "def build(**_):\n    return make_pipeline(RidgeClassifier())", "has no predict_proba"),
        (
            IMPORTS + "def build(**_):\n    return make_pipeline(LogisticRegression().fit([[0], [1]], [0, 1]))",
            "is fitted already",
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(
    small_spec: Specs, write_recipe: Writer, source: str, words: str
) -> None:
    with pytest.raises(PipelineError, match=words):
        made(small_spec, write_recipe(source))


def test_a_missing_file_is_named(small_spec: Specs, tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"pipeline\.py cannot be read .*model\.yaml names it"):
        made(small_spec, tmp_path)


def test_a_long_message_is_cut(small_spec: Specs, write_recipe: Writer) -> None:
    with pytest.raises(PipelineError) as caught:
        made(small_spec, write_recipe("def build(**_):\n    raise ValueError('x' * 9000)"))
    assert len(str(caught.value)) < MESSAGE_LIMIT / 2


PATCH = """
import sklearn.linear_model
from sklearn.pipeline import make_pipeline

def fit(self, *_):
    raise SystemExit("patched")

sklearn.linear_model.LogisticRegression.fit = fit

def build(**_):
    return make_pipeline(sklearn.linear_model.LogisticRegression())
"""


def test_what_it_does_to_the_library_stays_in_its_process(small_spec: Specs, write_recipe: Writer) -> None:
    pipeline = made(small_spec, write_recipe(PATCH))
    assert pipeline.fit([[0.0], [1.0]], [0, 1]).predict([[5.0]]).tolist() == [1]


OWN_TYPES = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

def numbers(rows):
    return rows[["distance"]]

class Mine(LogisticRegression):
    pass

class Disguised(LogisticRegression):
    pass
Disguised.__module__ = "evergreen.core.errors"
"""


@pytest.mark.parametrize(
    ("steps", "foreign"),
    [
        ("FunctionTransformer(numbers), LogisticRegression()", r"pipeline\.numbers"),
        ("Mine()", r"pipeline\.Mine"),
        ("Disguised()", r"evergreen\.core\.errors\.Disguised"),
    ],
)
def test_code_of_ones_own_does_not_cross(small_spec: Specs, write_recipe: Writer, steps: str, foreign: str) -> None:
    source = f"{OWN_TYPES}\ndef build(**_):\n    return make_pipeline({steps})"
    with pytest.raises(PipelineError, match=f"returned types that may not be served: {foreign}"):
        made(small_spec, write_recipe(source))


def test_trees_that_are_grown_already_are_not_read(small_spec: Specs, write_recipe: Writer) -> None:
    source = IMPORTS + (
        "from sklearn.frozen import FrozenEstimator\nfrom sklearn.tree import DecisionTreeClassifier\ndef build(**_):\n"
        "    return make_pipeline(FrozenEstimator(DecisionTreeClassifier().fit([[0], [1]], [0, 1])))"
    )
    with pytest.raises(PipelineError, match="parts that are fitted already"):
        made(small_spec, write_recipe(source))


def test_neighbours_of_the_file_are_imported_and_part_of_the_key(small_spec: Specs, write_recipe: Writer) -> None:
    source = IMPORTS + "from columns import C\ndef build(**_):\n    return make_pipeline(LogisticRegression(C=C))"
    folder = write_recipe(source)
    (folder / "columns.py").write_text("C = 0.25")
    key = code(folder)
    assert made(small_spec, folder)[-1].C == 0.25
    (folder / "columns.py").write_text("C = 0.5")
    assert made(small_spec, folder)[-1].C == 0.5
    assert code(folder) != key
