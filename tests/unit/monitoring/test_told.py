"""A look in words."""

from evergreen.monitoring.told import told

from .samples import estimate, past, performance, report


def test_what_intervals_held_is_that_of_the_metric_that_is_named() -> None:
    found = performance(estimated={"roc_auc": estimate(0.7, 0.6, 0.8)}, past=past(10, held=9), coverage=0.45)
    said = told(report(()), None, found)
    assert "roc_auc 0.7000 (0.6000 to 0.8000). Such intervals held 9 of 10 truths so far." in said
    alone = told(report(()), None, performance(estimated={"roc_auc": estimate(0.7, 0.6, 0.8)}))
    assert "Such intervals" not in alone
