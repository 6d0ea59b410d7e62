"""The departments' work is done: submit for verification."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.lifecycle import Action, State
from workflow.models import Evidence, Submission, WorkItem
from workflow.needs import evidence_missing, missing_kinds
from workflow.progress import deadline_in_force
from workflow.refusal import Refused, invalid
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require


def submit(
    item: WorkItem, *, by: User, summary: str, evidence: Iterable[int] = (), note: str = "", **door: Any
) -> WorkItem:
    """The lead department says that it is done. `evidence`: ids; none named means all of this cycle."""

    def effect(step: Step) -> Change:
        require(summary=summary)
        files = _evidence_of(step, list(evidence))
        submission = _submission(step, summary.strip())
        submission.evidence.set(files)
        item = step.item
        item.submitted_at, item.submitted_late = step.now, submission.was_late
        item.supplement_by, item.percent = None, 100
        data = {"summary": summary.strip(), "evidence": [file.pk for file in files], "late": submission.was_late}
        data |= {"supplement": True} if submission.supplements_id else {}
        fields = ["submitted_at", "submitted_late", "supplement_by", "percent"]
        return Change(State.VERIFYING, stage=step.facts.first_stage_to_pass() or 1, fields=fields, data=data)

    return perform(item, Action.SUBMIT, by=by, note=note or summary, effect=effect, **door)


def _submission(step: Step, summary: str) -> Submission:
    """A new round, or what was missing in the one before: then the stages it had passed stay passed."""
    item = step.item
    deadline = deadline_in_force(item)
    before = step.facts.submissions[0] if item.supplement_by else None
    submission = Submission.objects.create(
        item=item,
        cycle=item.cycle,
        supplements=before,
        summary=summary,
        by=step.by,
        at=step.now,
        was_late=bool(before and before.was_late) or bool(deadline and step.today > deadline),
    )
    step.facts.submissions_of_the_cycle.append(submission)
    return submission


def _evidence_of(step: Step, named: list[int]) -> list[Evidence]:
    """The files named, or all; each in its present version, and of every kind that the procedure wants."""
    files = {file.pk: file for file in step.facts.evidence}
    if unknown := [pk for pk in named if pk not in files]:
        raise Refused(
            invalid(
                "unknown-evidence",
                _("Some of the evidence does not belong to this item, or there is a newer version of it."),
                evidence=format_lazy(_("Unknown: {ids}"), ids=", ".join(map(str, unknown))),
            )
        )
    chosen = [files[pk] for pk in dict.fromkeys(named)] or list(files.values())
    if missing := missing_kinds(chosen, step.item.procedure.submit_evidence):
        sentence = evidence_missing(missing)
        raise Refused(invalid("evidence-missing", sentence, evidence=sentence))
    return chosen
