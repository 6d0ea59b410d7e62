"""Which kinds of rows there are of many items: one look, so that what none of them has is not asked for."""

from collections.abc import Collection
from enum import StrEnum

from accounts.prepared import Question, Rows
from workflow.lifecycle import FINISHED, Action


class Kind(StrEnum):
    """What hangs on an item, and most items have not."""

    EVIDENCE = "evidence"
    OPEN_CHILDREN = "open_children"
    OPEN_OBJECTIONS = "open_objections"
    PUBLICITY = "publicity"
    EXTENSIONS = "extensions"
    SUSPENSIONS = "suspensions"
    LOOK_BACKS = "look_backs"
    CLOSURES = "closures"
    SUBMISSIONS = "submissions"
    VERIFICATIONS = "verifications"
    PROPOSALS = "proposals"
    PAPERS = "papers"
    ALERTS = "alerts"
    NUDGES = "nudges"
    PETITION = "petition"
    MILESTONES = "milestones"
    TARGETS = "targets"
    REPORTS = "reports"


# Broader than what is read afterwards, never narrower.
_ROWS: dict[Kind, str] = {
    Kind.EVIDENCE: "workflow_evidence WHERE item_id = item.id",
    Kind.OPEN_CHILDREN: "workflow_workitem AS part WHERE part.parent_id = item.id AND part.state NOT IN ('{}')".format(
        "', '".join(FINISHED)
    ),
    Kind.OPEN_OBJECTIONS: "workflow_objection WHERE item_id = item.id AND upheld IS NULL",
    Kind.PUBLICITY: "workflow_publicity WHERE item_id = item.id AND ended_at IS NULL",
    Kind.EXTENSIONS: "workflow_extension WHERE item_id = item.id AND lapsed_at IS NULL",
    Kind.SUSPENSIONS: "workflow_suspension WHERE item_id = item.id AND ended_on IS NOT NULL",
    Kind.LOOK_BACKS: "workflow_lookback WHERE item_id = item.id AND finding = ''",
    Kind.CLOSURES: "workflow_closure WHERE item_id = item.id",
    Kind.SUBMISSIONS: "workflow_submission WHERE item_id = item.id",
    Kind.VERIFICATIONS: "workflow_verification WHERE item_id = item.id",
    Kind.PROPOSALS: "workflow_proposal WHERE item_id = item.id AND status = 'open'",
    Kind.PAPERS: "workflow_paper WHERE item_id = item.id AND answered_at IS NULL AND due_on IS NOT NULL",
    Kind.ALERTS: "workflow_timer AS timer JOIN workflow_rungfiring ON timer_id = timer.id"
    " WHERE timer.item_id = item.id AND timer.ended_at IS NULL",
    Kind.NUDGES: f"workflow_event WHERE item_id = item.id AND action = '{Action.NUDGE}'",
    Kind.PETITION: "workflow_petition WHERE item_id = item.id",
    Kind.MILESTONES: "workflow_milestone WHERE item_id = item.id",
    Kind.TARGETS: "workflow_target WHERE item_id = item.id",
    Kind.REPORTS: "workflow_progressreport WHERE item_id = item.id",
}
_LOOK = "SELECT item.id, {} FROM unnest(%s::bigint[]) AS item (id)".format(
    ", ".join(f"EXISTS (SELECT FROM {rows})" for rows in _ROWS.values())
)


def present(items: Collection[int]) -> Question[dict[Kind, list[int]]]:
    """By kind the ids of those items that have such rows."""
    return Question(_LOOK, [list(items)], _by_kind)


def _by_kind(rows: Rows) -> dict[Kind, list[int]]:
    return {kind: [row[0] for row in rows if row[place]] for place, kind in enumerate(_ROWS, 1)}
