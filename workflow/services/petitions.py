"""Petitions: what is entered of a complaint beside its item, and what the investigation found."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Region, User
from workflow import database_clock, permissions, seal
from workflow.facts import Facts, read_facts
from workflow.lifecycle import Party
from workflow.models import Event, Petition, Source, SubIssue, WorkItem
from workflow.models.petitions import COUNTS, Finding
from workflow.refusal import Refused, conflict, invalid
from workflow.services.perform import busy_refused, lock, stale

MOST_SUB_ISSUES, LONGEST_SUB_ISSUE = 30, 1000
LARGEST = {"fined": Decimal(10**8) - 1}


@dataclass(frozen=True)
class Complaint:
    """What comes with a petition. `repeat_of` is the number of an earlier item of the same office."""

    channel: str = Petition.Channel.OTHER
    batch: str = ""
    received_on: date | None = None
    place: str = ""
    regions: tuple[Region, ...] = ()
    sub_issues: tuple[str, ...] = ()
    repeat_of: str = ""


def refuse_number_twice(source: Source, number: str, but: WorkItem | None = None) -> None:
    """A petition's number stands once in its source; the row lock holds for whoever registers at the same moment."""
    if not number:
        return
    Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    others = WorkItem.objects.filter(source=source, external_ref=number).exclude(pk=but and but.pk)
    if twin := others.values_list("number", flat=True).first():
        sentence = format_lazy(_("This number is there already: {item}."), item=twin)
        raise Refused(invalid("petition-number", sentence, external_ref=sentence))


def open_petition(item: WorkItem, complaint: Complaint, today: date) -> Petition:
    """The complaint behind an item that has just been stored; belongs into the same transaction. Raises Refused."""
    matters = [text.strip() for text in complaint.sub_issues if text.strip()]
    _check_complaint(complaint, matters, today)
    petition = Petition.objects.create(
        item=item,
        channel=complaint.channel,
        batch=complaint.batch.strip(),
        received_on=complaint.received_on,
        place=complaint.place.strip(),
        repeat_of=_first_of_the_row(item, complaint.repeat_of),
    )
    petition.regions.set({*complaint.regions, *filter(None, [item.region])})
    SubIssue.objects.bulk_create(
        SubIssue(petition=petition, position=place, text=text) for place, text in enumerate(matters, 1)
    )
    return petition


def move_to_region(item: WorkItem, before: Region | None, after: Region | None) -> None:
    """The region of an item was corrected; so it is among those of its petition, and the wrong one is not."""
    if petition := Petition.objects.filter(item=item).first():
        petition.regions.remove(*filter(None, [before]))
        petition.regions.add(*filter(None, [after]))


def _check_complaint(complaint: Complaint, matters: list[str], today: date) -> None:
    wrong = {}
    if complaint.channel not in Petition.Channel.values:
        wrong["channel"] = _("Unknown channel.")
    if complaint.received_on and complaint.received_on > today:
        wrong["received_on"] = _("Not in the future.")
    if len(matters) > MOST_SUB_ISSUES or any(len(text) > LONGEST_SUB_ISSUE for text in matters):
        sentence = _("At most {most} matters of at most {longest} characters, please.")
        wrong["sub_issues"] = format_lazy(sentence, most=MOST_SUB_ISSUES, longest=LONGEST_SUB_ISSUE)
    if wrong:
        raise Refused(invalid("petition", next(iter(wrong.values())), **wrong))


def _first_of_the_row(item: WorkItem, number: str) -> Petition | None:
    """Repeats of a repeat are repeats of the first complaint."""
    if not number:
        return None
    found = Petition.objects.filter(item__number=number, item__office=item.office_id).exclude(item=item)
    earlier = found.select_related("repeat_of").first()
    if earlier is None:
        sentence = _("There is no such petition.")
        raise Refused(invalid("unknown-petition", sentence, repeat_of=sentence))
    return earlier.repeat_of or earlier


# -- findings ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SubFinding:
    """What was found of one matter, by its position."""

    position: int
    finding: str = ""
    explanation: str = ""


def record_findings(
    item: WorkItem,
    *,
    by: User,
    finding: str = "",
    investigation: str = "",
    completion: str = "",
    sub_issues: Iterable[SubFinding] = (),
    counts: dict[str, Any] | None = None,
    seen: str = "",
    now: datetime | None = None,
) -> Petition:
    """Write down what the investigation found; what it replaces stays in the history. Raises Refused.

    It is no step on the road: the version stays, only the moment of the last change moves. `seen` (see `fingerprint`)
    guards against two people who write at the same time. What was passed before has to be verified again, since
    findings are under the seal.
    """
    with busy_refused(), transaction.atomic():
        locked = lock(item)
        now = now or database_clock.now()  # after the lock: moments follow each other as the changes do
        facts = read_facts([locked])[locked.pk]
        if refusal := permissions.refuse_findings(by, facts):
            raise Refused(refusal)
        petition = _petition_of(locked)
        before = snapshot(petition)
        if seen and seen != _digest(before):
            raise Refused(stale())
        petition.finding, petition.completion = finding, completion
        petition.investigation = investigation.strip()
        matters = _with_findings(petition, list(sub_issues))
        _set_counts(petition, counts or {})
        _check_findings(petition, matters)
        petition.save()
        SubIssue.objects.bulk_update(matters, ["finding", "explanation"])
        _record(locked, by, facts, before, snapshot(petition), now)
    return petition


def _petition_of(item: WorkItem) -> Petition:
    found = Petition.objects.filter(item=item).first()
    if found is None:
        raise Refused(conflict("no-petition", _("This item is no petition.")))
    return found


def _with_findings(petition: Petition, given: list[SubFinding]) -> list[SubIssue]:
    """The matters with what was found of them; those that are not named stay as they were."""
    matters = {row.position: row for row in petition.sub_issues.all()}
    for one in given:
        if one.position not in matters:
            sentence = _("There is no such matter.")
            raise Refused(invalid("unknown-sub-issue", sentence, sub_issues=sentence))
        matters[one.position].finding, matters[one.position].explanation = one.finding, one.explanation.strip()
    return list(matters.values())


def _set_counts(petition: Petition, counts: dict[str, Any]) -> None:
    wrong = {}
    for name, value in counts.items():
        if name not in COUNTS or value is None or not 0 <= value <= LARGEST.get(name, 10**9):
            wrong[name] = _("A number that is not negative, please.")
        else:
            setattr(petition, name, value)
    if wrong:
        raise Refused(invalid("counts", next(iter(wrong.values())), **wrong))


def _check_findings(petition: Petition, matters: list[SubIssue]) -> None:
    words = {f"sub_issues.{row.position}.finding": row.finding for row in matters} | {"finding": petition.finding}
    wrong = {
        name: _("There is no such finding.") for name, word in words.items() if word and word not in Finding.values
    }
    if petition.completion and petition.completion not in Petition.Completion.values:
        wrong["completion"] = _("Unknown completion.")
    if not wrong and petition.finding and matters:
        wrong |= _contradiction(petition.finding, [row.finding for row in matters])
    if wrong:
        raise Refused(invalid("findings", next(iter(wrong.values())), **wrong))


def _contradiction(overall: str, single: list[str]) -> dict[str, Any]:
    """The whole is what its matters are: all of them true, none of them, or something between."""
    if not all(single):
        return {"finding": _("First say of each matter what was found.")}
    is_one = set(single) in ({Finding.TRUE}, {Finding.NOT})
    if overall in ({single[0]} if is_one else {Finding.MOSTLY, Finding.PARTLY}):
        return {}
    return {"finding": _("The overall finding does not fit what was found of the single matters.")}


def snapshot(petition: Petition) -> dict[str, str]:
    """Everything that was found, by plain names, as it is in the database."""
    stored = Petition.objects.get(pk=petition.pk)
    plain = {name: getattr(stored, name) for name in ("finding", "investigation", "completion")}
    plain |= {name: f"{Decimal(getattr(stored, name)).normalize():f}" for name in COUNTS}
    for row in stored.sub_issues.all():
        plain[f"sub_issues.{row.position}.finding"] = row.finding
        plain[f"sub_issues.{row.position}.explanation"] = row.explanation
    return plain


def fingerprint(petition: Petition) -> str:
    """Of what a person sees who is about to change it."""
    return _digest(snapshot(petition))


def _digest(plain: dict[str, str]) -> str:
    return seal.digest(plain, [])


def _record(
    item: WorkItem, by: User, facts: Facts, before: dict[str, str], after: dict[str, str], now: datetime
) -> None:
    """History without a new version, and none at all where nothing has changed.

    Who writes for a responsible department takes part in the rectification, so somebody else judges it.
    """
    is_worker = permissions.department_as(Party.RESPONSIBLE, by, facts) is not None
    changed = {name: [before[name], word] for name, word in after.items() if before[name] != word}
    if not changed:
        return
    Event.objects.create(
        item=item,
        action=Event.FINDINGS,
        cycle=item.cycle,
        from_state=item.state,
        to_state=item.state,
        actor=by,
        department_id=permissions.findings_department(by, facts),
        data={"changed": changed, "party": Party.RESPONSIBLE if is_worker else Party.OFFICE},
        at=now,
    )
    item.updated_at = now
    item.save(update_fields=["updated_at"])
