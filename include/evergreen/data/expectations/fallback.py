"""Great Expectations itself, on a pandas frame that holds only the columns that are asked for."""

import warnings
from collections.abc import Iterable
from uuid import uuid4

import great_expectations as gx
import pandas as pd
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import Expectation

from evergreen.data.expectations.judge import RESULT_FORMAT


def ask_gx(expectations: Iterable[Expectation], frame: pd.DataFrame) -> list[ExpectationValidationResult]:
    """The results of Great Expectations on pandas, without values of rows; what it raises is a failed result."""
    context = gx.get_context(
        mode="ephemeral",
        project_config=DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        ),
    )
    asset = context.data_sources.add_pandas(f"rows-{uuid4().hex}").add_dataframe_asset("snapshot")
    batch = asset.add_batch_definition_whole_dataframe("window").get_batch({"dataframe": frame})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, about the user's data and expectations
        return [batch.validate(expectation, result_format=dict(RESULT_FORMAT)) for expectation in expectations]
