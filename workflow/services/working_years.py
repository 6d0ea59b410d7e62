"""A calendar year: what was read waits, comes into force with a reason, or is thrown away. Nothing in force is lost."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow import database_clock, permissions, working_calendar
from workflow.models import CalendarYear
from workflow.refusal import Refusal, RefusalKind, Refused, conflict
from workflow.services.calendar_coverage import watch_the_calendar
from workflow.services.required import require
from workflow.working_calendar import Named


def keep_reading(
    *, year: int, named: Named, origin: str, title: str, document_number: str, by: User, now: datetime | None = None
) -> CalendarYear:
    """What was read of a year, to be looked at; it takes the place of another reading that waits. Raises Refused."""
    _may(by)
    days = working_calendar.as_stored(named)
    with transaction.atomic():
        rows = _locked(year)
        present = next((row for row in rows if row.in_force_at and not row.superseded_at), None)
        if present and present.days == days and present.document_number == document_number:
            raise Refused(conflict("unchanged", _("This arrangement is in force already, day by day.")))
        CalendarYear.objects.filter(year=year, in_force_at=None).delete()
        return CalendarYear.objects.create(
            year=year,
            revision=(rows.filter(in_force_at__isnull=False).aggregate(last=Max("revision"))["last"] or 0) + 1,
            origin=origin,
            title=title[:200],
            document_number=document_number[:80],
            days=days,
            read_by=by,
            read_at=now or database_clock.now(),
        )


def put_in_force(row: CalendarYear, *, by: User, reason: str, now: datetime | None = None) -> CalendarYear:
    """From now on every count goes by it; recalculation.recalculate moves the clocks that run. Raises Refused."""
    _may(by)
    require(reason=reason)
    moment = now or database_clock.now()
    with transaction.atomic():
        _locked(row.year)
        waiting = CalendarYear.objects.filter(pk=row.pk, in_force_at=None).first()
        if waiting is None:
            raise Refused(Refusal(RefusalKind.STALE, "stale", _("Somebody else was faster with this reading.")))
        running = CalendarYear.objects.filter(in_force_at__isnull=False, recalculated_at=None)
        if running.exists():
            raise Refused(conflict("recalculating", _("The clocks are being moved to another year just now.")))
        in_force = CalendarYear.objects.filter(year=row.year, in_force_at__isnull=False, superseded_at=None)
        in_force.update(superseded_at=moment)
        waiting.in_force_at, waiting.confirmed_by, waiting.reason = moment, by, reason.strip()
        waiting.save(update_fields=["in_force_at", "confirmed_by", "reason"])
        working_calendar.write_days(waiting)
        watch_the_calendar(moment)
    return waiting


def discard(row: CalendarYear, *, by: User) -> None:
    """Throw a reading away that is not in force. Raises Refused."""
    _may(by)
    gone, _rows = CalendarYear.objects.filter(pk=row.pk, in_force_at=None).delete()
    if not gone:
        raise Refused(Refusal(RefusalKind.STALE, "stale", _("Somebody else was faster with this reading.")))


def _may(by: User) -> None:
    if refusal := permissions.refuse_calendar(by):
        raise Refused(refusal)


def _locked(year: int):
    """All revisions of a year; who brings in the same year at the same moment waits."""
    rows = CalendarYear.objects.filter(year=year)
    list(rows.select_for_update(no_key=True).order_by("pk"))
    return rows
