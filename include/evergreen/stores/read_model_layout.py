"""Tables and views of the read model, and the questions that it answers, in SQL.

What happened is copied (``entries``) and what holds now is copied (``versions``); all else is a view over these, so
that it cannot differ from them.
"""

from typing import Literal, LiteralString

NUMBER = 2
"""Goes up with every change of `TABLES`: tables of another number are made anew, since they are only a copy."""

TABLES: LiteralString = """
CREATE TABLE models (
    model text PRIMARY KEY, sequence bigint NOT NULL, digest text NOT NULL, problem text NOT NULL, taken_at timestamptz NOT NULL
);
CREATE TABLE entries (
    model text, sequence bigint, kind text NOT NULL, at timestamptz NOT NULL, actor text NOT NULL, key text NOT NULL,
    digest text NOT NULL, body jsonb NOT NULL, PRIMARY KEY (model, sequence)
);
CREATE INDEX ON entries (kind, at);
CREATE TABLE versions (
    model text, package text, version integer NOT NULL, snapshot text NOT NULL, git_commit text, owner text NOT NULL,
    judgement text, verdict text, metrics jsonb NOT NULL, bias jsonb NOT NULL, approved boolean, approved_by text, reason text,
    data_start timestamptz, data_end timestamptz, stage text, reproducible boolean NOT NULL, PRIMARY KEY (model, package)
);
CREATE VIEW champions AS
    SELECT model, sequence, (body->>'version')::integer AS version, body->>'package' AS package, kind, actor, at AS since,
           lead(at) OVER (PARTITION BY model ORDER BY sequence) AS until
    FROM entries WHERE kind IN ('promotion', 'rollback');
CREATE VIEW requests AS
    SELECT o.model, o.body->>'request_id' AS request_id, o.at AS opened, o.body->>'asked_by' AS asked_by,
           o.body->>'way' AS way, o.body->>'reason' AS reason, l.run_id, l.lease_until, l.outcome,
           CASE WHEN l.kind = 'request_closed' THEN 'closed' WHEN l.kind = 'request_claimed' THEN 'claimed'
                WHEN l.kind IS NULL AND o.body->>'confirmation' IS NOT NULL THEN 'unconfirmed' ELSE 'open' END AS status
    FROM entries o LEFT JOIN LATERAL (
        SELECT e.kind, e.body->>'run_id' AS run_id, (e.body->>'lease_until')::timestamptz AS lease_until,
               e.body->>'outcome' AS outcome
        FROM entries e
        WHERE e.model = o.model AND e.kind IN ('request_confirmed', 'request_claimed', 'request_closed')
              AND e.body->>'request_id' = o.body->>'request_id'
        ORDER BY e.sequence DESC LIMIT 1
    ) l ON true
    WHERE o.kind = 'request_opened';
"""

Question = Literal["champions", "promotions", "requests", "approvals"]

QUESTIONS: dict[Question, LiteralString] = {
    "champions": """
        SELECT m.model, c.version, c.since, c.kind AS by, v.approved_by, v.owner, v.data_start, v.data_end,
               round(extract(epoch FROM %(now)s - v.data_end) / 86400, 1)::float AS data_age_days, v.snapshot, v.git_commit,
               v.metrics, v.reproducible, coalesce(w.waiting, 0) AS open_requests, m.sequence AS entries, m.taken_at, m.problem
        FROM models m
        LEFT JOIN champions c ON c.model = m.model AND c.until IS NULL
        LEFT JOIN versions v ON v.model = c.model AND v.package = c.package
        LEFT JOIN (SELECT model, count(*) AS waiting FROM requests WHERE status <> 'closed' GROUP BY model) w ON w.model = m.model
        WHERE m.model <> %(fleet)s ORDER BY m.model
    """,
    "promotions": """
        SELECT c.since AS at, c.model, c.version, c.kind, c.actor, v.approved_by, v.reason, c.until, c.sequence AS entry
        FROM champions c LEFT JOIN versions v ON v.model = c.model AND v.package = c.package
        WHERE c.since >= %(start)s AND c.since < %(end)s ORDER BY c.since, c.model
    """,
    "requests": """
        SELECT opened, model, request_id, status, asked_by, way, reason, run_id, lease_until
        FROM requests WHERE status <> 'closed' ORDER BY opened, model
    """,
    "approvals": """
        SELECT at, model, (body->>'version')::integer AS version, (body->>'approved')::boolean AS approved,
               body->>'approved_by' AS approved_by, body->>'on_behalf_of' AS on_behalf_of, body->>'reason' AS reason,
               sequence AS entry
        FROM entries WHERE kind = 'approval' AND (%(person)s::text IS NULL OR lower(body->>'approved_by') = lower(%(person)s))
        ORDER BY at, model
    """,
}
