"""Bringing items into being: an issue by hand, a part of another item, a task of a plan (importing/loader)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Region, User
from workflow import database_clock, permissions
from workflow.deadlines import BUSINESS_ZONE, business_day
from workflow.lifecycle import Party, State
from workflow.models import Event, Source, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services.numbering import next_numbers
from workflow.services.perform import busy_refused
from workflow.services.petitions import Complaint, open_petition, refuse_number_twice
from workflow.services.required import require


def register_issue(
    source: Source,
    *,
    by: User,
    title: str,
    description: str,
    region: Region | None = None,
    external_ref: str = "",
    deadline_kind: str = WorkItem.DeadlineKind.FIXED,
    complaint: Complaint | None = None,
    now: datetime | None = None,
) -> WorkItem:
    """Enter an inspection issue or a petition; it waits to be assigned. Raises Refused.

    `complaint` is what comes with a petition; only sources of petitions take one.
    """
    if refusal := permissions.refuse_registration(by, source.office_id):
        raise Refused(refusal)
    if source.kind == Source.Kind.PLAN:
        sentence = _("The tasks of a plan are brought in with its document alone, by importing it.")
        raise Refused(invalid("plan-source", sentence, source=sentence))
    require(title=title, description=description)
    is_petition = source.kind == Source.Kind.PETITION
    if complaint and not is_petition:
        sentence = _("This source has no petitions.")
        raise Refused(invalid("no-petitions", sentence, source=sentence))
    now = now or database_clock.now()
    with busy_refused(), transaction.atomic():
        if is_petition:
            refuse_number_twice(source, external_ref.strip())
        (number,) = next_numbers(source, year_of(now))
        item = new_item(
            source,
            number,
            by,
            now,
            kind=WorkItem.Kind.ISSUE,
            title=title.strip(),
            description=description.strip(),
            region=region or next(iter(complaint.regions if complaint else ()), None),
            external_ref=external_ref.strip(),
            deadline_kind=deadline_kind,
        )
        item.save()
        if is_petition:
            open_petition(item, complaint or Complaint(), business_day(now))
        record_creation([item], by, now)
    return item


def new_item(source: Source, number: str, by: User | None, now: datetime, **fields: Any) -> WorkItem:
    """An item at the beginning of its road, not saved yet."""
    return WorkItem(
        number=number,
        source=source,
        procedure=source.procedure,
        office=source.office,
        state=State.DRAFT,
        turn_party=Party.OFFICE,
        turn_department=source.office,
        version=1,
        created_by=by,
        created_at=now,
        updated_at=now,
        entered_at=now,
        **fields,
    )


def record_creation(items: list[WorkItem], by: User | None, now: datetime) -> None:
    """The first event of each item; belongs into the transaction that stores them."""
    Event.objects.bulk_create(
        Event(
            item=item,
            action=Event.CREATE,
            version=item.version,
            cycle=item.cycle,
            to_state=item.state,
            actor=by,
            department_id=item.office_id if by else None,
            at=now,
        )
        for item in items
    )


def year_of(now: datetime) -> int:
    return now.astimezone(BUSINESS_ZONE).year
