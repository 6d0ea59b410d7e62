"""The departments' work: report progress, submit for verification."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.lifecycle import Action, State
from workflow.models import Evidence, ProgressReport, Submission, WorkItem
from workflow.needs import evidence_missing, missing_kinds
from workflow.progress import deadline_in_force
from workflow.refusal import Refused, invalid
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require
from workflow.services.roll_up import counts_its_parts


def report(
    item: WorkItem,
    *,
    by: User,
    text: str,
    percent: int | None = None,
    values: dict[str, Any] | None = None,
    note: str = "",
    **door: Any,
) -> WorkItem:
    """A responsible department says how far it is. `percent` 0…100; the lead's is the item's, if it has no parts."""

    def effect(step: Step) -> Change:
        require(text=text)
        if percent is not None and not 0 <= percent <= 100:
            raise Refused(
                invalid("percent", _("Progress lies between 0 and 100 percent."), percent=_("0 to 100, please."))
            )
        ProgressReport.objects.create(
            item=step.item,
            cycle=step.item.cycle,
            department_id=step.department_id,
            by=by,
            at=step.now,
            percent=percent,
            values=values or {},
            text=text.strip(),
        )
        is_the_items = step.department_id == step.item.lead_id and not counts_its_parts(step.item)
        if percent is not None and is_the_items:
            step.item.percent = percent
        data = {"text": text.strip(), "percent": percent, "values": values or {}}
        return Change(
            State(step.item.state), stage=step.item.stage, fields=["percent"], data=data, restarts_clocks=False
        )

    return perform(item, Action.REPORT, by=by, note=note or text, effect=effect, **door)


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
