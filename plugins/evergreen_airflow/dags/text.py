"""What a DAG's page says of its model."""

from typing import Any

from evergreen.spec.model import ModelSpec
from evergreen.spec.training import Cron


def doc_of(spec: ModelSpec) -> str:
    """Purpose, owner, features and gates, in Markdown."""
    gates = "\n".join(f"- `{g.rule}`{g.words.removeprefix(g.rule)} ({g.severity})" for g in spec.gates)
    columns = spec.columns
    return (
        f"# {spec.name}\n\n{spec.purpose}\n\n"
        f"**Owner** {spec.owner.name} <{spec.owner.email}> · **task** {spec.task} · **label** `{columns.label.column}`, "
        f"from {len(columns.features.names)} features · **schedule** {_when(spec.schedule)}\n\n**Gates**\n\n{gates}\n"
    )


def _when(schedule: Any) -> str:
    return f"`{schedule.expression}` (UTC)" if isinstance(schedule, Cron) else schedule.kind.replace("_", " ")
