"""From a reading to rows: receive a document, keep what a person corrects, confirm it in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, User
from accounts.roles import Permission
from workflow import database_clock
from workflow.importing.directory import Directory, Organisation
from workflow.importing.reader import read_document
from workflow.importing.rows import read_plan
from workflow.lifecycle import DepartmentRole
from workflow.models import Assignment, Milestone, PlanImport, Procedure, Section, Source, Target, WorkItem
from workflow.refusal import Refusal, Refused, conflict, forbidden
from workflow.services.numbering import next_numbers
from workflow.services.perform import busy_refused
from workflow.services.registration import new_item, record_creation

Reading = dict[str, Any]  # PlanReading.as_json(), CONTRACT "import_plan"


class PlanHasErrors(Exception):
    """The document was read, but not without errors; `errors` are {line, message}, all of them."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


def directory_of(office: Department) -> Directory:
    """The organisations that a document of this office's city may name."""
    units = Department.objects.filter(superior=office.superior_id).exclude(kind=Department.Kind.GOVERNMENT)
    return Directory(
        Organisation(
            name=unit.name,
            aliases=tuple(unit.aliases),
            is_jurisdiction=unit.is_jurisdiction,
            is_county=unit.kind == Department.Kind.COUNTY,
            valid_from=unit.valid_from,
            valid_to=unit.valid_to,
        )
        for unit in units
    )


def read(content: bytes, file_name: str, office: Department) -> Reading:
    """What the document says; one without a title goes by its file's name. Raises reader.UnreadableDocument."""
    reading = read_plan(read_document(content, file_name), directory_of(office)).as_json()
    return reading | {"title": reading["title"] or PurePath(file_name).stem}


def receive(
    content: bytes, file_name: str, *, office: Department, by: User | None, title: str = "", now: datetime | None = None
) -> PlanImport:
    """Read a document and keep the reading for a person to look at.

    The same file again gives the import that is there already, corrections included. Raises UnreadableDocument,
    PlanHasErrors (every error with its line; nothing is kept) or Refused (another document of the same number is in).
    """
    _check_right(by, office)
    digest = hashlib.sha256(content).hexdigest()
    known = PlanImport.objects.filter(office=office, sha256=digest).first()
    if known:
        return known
    reading = read(content, file_name, office)
    if reading["errors"]:
        raise PlanHasErrors(reading["errors"])
    reading["title"] = title or reading["title"]
    if twin := _imported(office, reading, digest):
        raise Refused(_already_imported(twin))
    # two people, one document: the second one gets what the first one stored
    kept, _is_new = PlanImport.objects.get_or_create(
        office=office,
        sha256=digest,
        defaults={"file_name": file_name[-200:], "reading": reading, "by": by, "at": now or database_clock.now()},
    )
    return kept


@contextmanager
def being_corrected(pk: int) -> Iterator[PlanImport]:
    """The import as it is now, kept from everybody else, to be changed or deleted. Raises Refused once it is confirmed.

    What a page was made from may be old: somebody else may have corrected another task of the same reading.
    """
    with busy_refused(), transaction.atomic():
        locked = PlanImport.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if locked is None:
            raise Refused(_discarded())
        if locked.source_id:
            raise Refused(conflict("import-confirmed", _("This reading was confirmed meanwhile.")))
        yield locked


def correct(pk: int, change: Callable[[Reading], None]) -> None:
    """Let `change` work on the present reading and store it. Raises Refused."""
    with being_corrected(pk) as plan_import:
        change(plan_import.reading)
        plan_import.save(update_fields=["reading"])


def discard(pk: int) -> None:
    """Throw a reading away that was not confirmed. Raises Refused."""
    with being_corrected(pk) as plan_import:
        plan_import.delete()


def confirm(plan_import: PlanImport, *, by: User | None, now: datetime | None = None) -> Source:
    """Make source, sections and items of it, in one transaction; confirming twice changes nothing. Raises Refused."""
    _check_right(by, plan_import.office)
    try:
        with busy_refused(), transaction.atomic():
            return _confirm(plan_import, by, now or database_clock.now())
    except IntegrityError as error:  # two people, one document: the constraint on the source has the last word
        if twin := _imported(plan_import.office, plan_import.reading, plan_import.sha256):
            raise Refused(_already_imported(twin)) from error
        raise


def _discarded() -> Refusal:
    return conflict("import-discarded", _("This reading was discarded meanwhile."))


def _already_imported(source: Source) -> Refusal:
    sentence = format_lazy(_("This document has been imported already: {title}."), title=source)
    return conflict("already-imported", sentence)


def _confirm(plan_import: PlanImport, by: User | None, now: datetime) -> Source:
    rows = PlanImport.objects.select_for_update(of=("self",)).select_related("office", "source")
    locked = rows.filter(pk=plan_import.pk).first()
    if locked is None:
        raise Refused(_discarded())
    if locked.source:
        return locked.source
    source = _create_source(locked, by, now)
    _create_items(source, locked.reading, by, now)
    locked.source, locked.confirmed_at = source, now
    locked.save(update_fields=["source", "confirmed_at"])
    return source


def _check_right(by: User | None, office: Department) -> None:
    """A person needs the dispatcher's right in the office; without a person it is the command line's operator."""
    if by is not None and office.pk not in by.departments_with(Permission.DISPATCH):
        raise Refused(forbidden("not-the-office", _("Only a dispatcher of the committee office may do this.")))


def _imported(office: Department, reading: Reading, digest: str) -> Source | None:
    same = Q(document_sha256=digest)
    if number := reading.get("document_number"):
        same |= Q(document_number=number)
    return Source.objects.filter(same, office=office).first()


def _create_source(plan_import: PlanImport, by: User | None, now: datetime) -> Source:
    reading = plan_import.reading
    period = reading.get("period") or {}
    return Source.objects.create(
        kind=Source.Kind.PLAN,
        title=reading["title"][:200],
        document_number=reading.get("document_number") or "",
        issued_on=_day(reading.get("issued_on")),
        period_from=_day(period.get("from")),
        period_to=_day(period.get("to")),
        procedure=Procedure.objects.held("plan-task", plan_import.office),
        office=plan_import.office,
        document_sha256=plan_import.sha256,
        created_by=by,
        created_at=now,
    )


def _create_items(source: Source, reading: Reading, by: User | None, now: datetime) -> None:
    sections = _create_sections(source, reading)
    departments = {unit.name: unit for unit in Department.objects.all()}
    tasks = reading["tasks"]
    numbers = next_numbers(source, (source.issued_on or now).year, len(tasks))
    items = []
    for number, task in zip(numbers, tasks, strict=True):
        parties = list(_parties(task, departments))
        item = new_item(source, number, by, now, **_fields(task, parties), section=sections.get(task["section"]))
        items.append((item, task, parties))
    WorkItem.objects.bulk_create(item for item, _task, _parties in items)
    record_creation([item for item, _task, _parties in items], by, now)
    Assignment.objects.bulk_create(row for item, _task, parties in items for row in _assignments(item, parties))
    milestones = {item: list(_milestones(item, task)) for item, task, _parties in items}
    Milestone.objects.bulk_create(row for rows in milestones.values() for row in rows)
    Target.objects.bulk_create(row for item, task, _parties in items for row in _targets(item, task, milestones[item]))


def _create_sections(source: Source, reading: Reading) -> dict[str, Section]:
    titles = dict.fromkeys(task["section"] for task in reading["tasks"] if task["section"])
    rows = [Section(source=source, position=n, title=title[:200]) for n, title in enumerate(titles, 1)]
    return dict(zip(titles, Section.objects.bulk_create(rows), strict=True))


def _fields(task: Reading, parties: list[tuple[DepartmentRole, Department]]) -> dict[str, Any]:
    days = [_day(row["due_on"]) for row in task["milestones"] if row["due_on"]]
    return {
        "kind": WorkItem.Kind.TASK,
        "task_number": task["number"],
        "title": task["title"][:200],
        "description": task["text"],
        "lead": next((unit for role, unit in parties if role == DepartmentRole.LEAD), None),
        "due_on": max(days, default=None),
        "original_due_on": max(days, default=None),
        "deadline_kind": _deadline_kind(task, days),
        "target": "\n".join(row["text"] for row in task["targets"]),
        "open_questions": task["questions"],
    }


def _deadline_kind(task: Reading, days: list[date]) -> WorkItem.DeadlineKind:
    if task.get("long_term"):
        return WorkItem.DeadlineKind.LONG_TERM
    return WorkItem.DeadlineKind.STAGED if len(set(days)) > 1 else WorkItem.DeadlineKind.FIXED


def _parties(task: Reading, departments: dict[str, Department]) -> Iterator[tuple[DepartmentRole, Department]]:
    """(role, department) of those that were found, an open group of jurisdictions spelled out; each once."""
    pairs = (
        (DepartmentRole(row["role"]), departments[name])
        for row in task["responsibilities"]
        for name in [row.get("department"), *row.get("departments", [])]
        if name in departments
    )
    yield from dict.fromkeys(pairs)


def _assignments(item: WorkItem, parties: list[tuple[DepartmentRole, Department]]) -> Iterator[Assignment]:
    stage = 0
    for position, (role, unit) in enumerate(parties):
        stage += role == DepartmentRole.VERIFY
        yield Assignment(
            item=item,
            department=unit,
            role=role,
            stage=stage if role == DepartmentRole.VERIFY else 0,
            position=position,
        )


def _milestones(item: WorkItem, task: Reading) -> Iterator[Milestone]:
    for position, row in enumerate(task["milestones"], 1):
        due_on = _day(row["due_on"])
        yield Milestone(item=item, position=position, text=row["text"], due_on=due_on, confidence=row["confidence"])


def _targets(item: WorkItem, task: Reading, milestones: list[Milestone]) -> Iterator[Target]:
    for position, row in enumerate(task["targets"], 1):
        yield Target(
            item=item,
            milestone=_milestone_of(row["text"], milestones),
            position=position,
            text=row["text"],
            comparator=row["comparator"],
            value=_value(row["value"]),
            unit=row["unit"][:20],
        )


def _milestone_of(text: str, milestones: list[Milestone]) -> Milestone | None:
    """The one milestone in whose text the target stands; where several say the same, nobody knows which is meant."""
    found = [milestone for milestone in milestones if text and text in milestone.text]
    return found[0] if len(found) == 1 else None


def _value(read: int | float | None) -> Decimal | None:
    """The number as the column holds it; one that is too big stays in the text alone."""
    column = Target._meta.get_field("value")
    value = None if read is None else Decimal(str(read))
    # the column rounds, so what rounds up to one digit more is too big as well
    most = Decimal(10) ** (column.max_digits - column.decimal_places) - 1
    return value if value is not None and value.is_finite() and abs(value) <= most else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
