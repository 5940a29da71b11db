"""Promote: make the released version champion."""

from typing import TYPE_CHECKING, Any

from evergreen_airflow.operators.releasing import ReleasingOperator
from evergreen_airflow.ui.links import ModelVersionLink

if TYPE_CHECKING:
    from evergreen.records.promotion import Promotion


class PromoteOperator(ReleasingOperator["Promotion"]):
    """The journal decides; aliases follow. Where another champion came first, the task is skipped and says so."""

    step = "promote"
    operator_extra_links = (ModelVersionLink(),)

    def summary(self, record: "Promotion") -> dict[str, Any]:
        """The champion."""
        return {
            "promotion": record.digest,
            "model": record.model,
            "version": record.version,
            "package": record.package,
            "expected_champion": record.expected_champion,
        }
