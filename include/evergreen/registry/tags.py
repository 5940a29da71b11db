"""Tags: the auditor's table, one row a version, and the same row as tags in MLflow."""

from collections.abc import Mapping

from evergreen.records.account import Account
from evergreen.records.verdict import Judgement

PREFIX = "evergreen."
LONGEST = 4_000
"""MLflow keeps 5,000 characters of a tag."""

COLUMNS = (
    "model_id",
    "name",
    "version",
    "git_commit",
    "snapshot",
    "metrics",
    "bias",
    "approved_for_staging",
    "approved_for_production",
    "approved_by",
)


def row_of(account: Account) -> dict[str, str]:
    """What an auditor asks of one version, in words, by the names in `COLUMNS`.

    The gates approve for staging: a verdict of PASS makes a challenger. ``approved_by`` approves for production.
    """
    return {
        "model_id": account.model_id,
        "name": account.model,
        "version": str(account.origin.version),
        "git_commit": account.origin.git_commit or "unknown",
        "snapshot": account.origin.snapshot,
        "metrics": ", ".join(f"{name} {value:.4f}" for name, value in account.metrics.items())[:LONGEST],
        "bias": _bias(account)[:LONGEST],
        "approved_for_staging": _answer(None if account.judgement is None else account.judgement is Judgement.PASS),
        "approved_for_production": _answer(account.approved),
        "approved_by": account.approved_by,
    }


def row_of_tags(model: str, version: int, tags: Mapping[str, str]) -> dict[str, str]:
    """The row of a version that was registered and never measured, by the tags that it was registered with."""
    blank = dict.fromkeys(COLUMNS, "")
    known = {name: tags.get(PREFIX + name, "") for name in ("git_commit", "snapshot")}
    waiting = dict.fromkeys(("approved_for_staging", "approved_for_production"), _answer(None))
    return blank | known | waiting | {"model_id": f"{model}/{version}", "name": model, "version": str(version)}


def tags_of(account: Account) -> dict[str, str]:
    """The row as tags of the version in MLflow, which takes no empty value."""
    return {PREFIX + name: value or "-" for name, value in row_of(account).items()}


def _bias(account: Account) -> str:
    if not account.sensitive and not account.bias:
        return "no sensitive columns"
    said = (f"{b.column} {b.measure} {'too few rows' if b.value is None else f'{b.value:.4f}'}" for b in account.bias)
    return ", ".join(said) or "not measured"


def _answer(approved: bool | None) -> str:
    return {True: "yes", False: "no", None: "pending"}[approved]
