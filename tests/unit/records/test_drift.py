"""A drift report of an older layout is read."""

import json

from evergreen.records.drift import DriftReport

from .samples import example


def test_a_report_of_the_first_layout_is_read() -> None:
    content = example(DriftReport).to_dict() | {"schema_version": 1}
    del content["unit"]
    for column in content["columns"]:
        del column["proven"], column["judged"]
    assert content["columns"]
    report = DriftReport.from_json(json.dumps(content).encode())
    assert (report.schema_version, report.unit) == (1, "")
    assert all(column.proven == {} and column.judged for column in report.columns)
