"""What a model says that it takes."""

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from evergreen.spec.model import ModelSpec
from evergreen.training.signature import example, signature

Specs = Callable[..., ModelSpec]


def test_the_example_is_the_middle_and_nobody(small_spec: Specs) -> None:
    features = pd.DataFrame({
        "distance": [1.0, 2.0, 9.0],
        "wind": [np.nan, 4.0, 6.0],
        "carrier": np.array(["UA", "UA", np.nan], dtype=object),
    })  # fmt: skip
    row = example(small_spec(), features)
    assert row.to_dict("records") == [{"distance": 2.0, "wind": 5.0, "carrier": "UA"}]
    assert signature(small_spec(), None, row)["example"] == {"distance": 2.0, "wind": 5.0, "carrier": "UA"}


def test_columns_without_a_value_have_null_in_the_example(small_spec: Specs) -> None:
    empty = np.array([math.nan], dtype=object)
    row = example(small_spec(), pd.DataFrame({"distance": [1.0], "wind": [math.nan], "carrier": empty}))
    said = signature(small_spec(), None, row)
    assert said["example"] == {"distance": 1.0, "wind": None, "carrier": None}
    assert said["output"] == "probability of the positive class"
