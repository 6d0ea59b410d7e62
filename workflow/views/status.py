"""How the house is doing, in words: for those who operate it. No business data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.roles import Permission
from notifications.alarms import open_alarms
from notifications.heartbeats import is_late
from notifications.models import Channel, DeliveryState
from workflow.models import Job
from workflow.services.alarming import OUTBOX_LATE
from workflow.views.access import signed_in, wants_a_part
from workflow.watching import House, look

ALARMS_SHOWN = 100
TO_BE_LOOKED_AT = [state for state in ("held", "unknown", "dead") if state in DeliveryState.values]


@dataclass(frozen=True)
class Line:
    """One thing that is watched."""

    name: str
    says: str
    is_good: bool


@require_safe
@never_cache
@signed_in
def status(request: HttpRequest) -> HttpResponse:
    """The whole page, or what htmx renews on it."""
    if not request.user.may(Permission.OPERATE):
        raise PermissionDenied
    house = look()
    lines = [*_clocks(house), *_runs(house), *_heartbeats(house), *_outbox(house), _calendar(house)]
    context = {
        "now": house.now,
        "lines": lines,
        "alarms": open_alarms()[:ALARMS_SHOWN],
        "is_good": all(line.is_good for line in lines) and not house.messages.alarms,
    }
    part = "workflow/parts/status.html" if wants_a_part(request) else "workflow/status.html"
    return render(request, part, context)


def _clocks(house: House) -> Iterator[Line]:
    clocks = house.clocks
    yield Line(_("Running clocks"), _("%(n)s wait for their moment") % {"n": clocks.armed - clocks.due}, True)
    late = _("%(n)s due, the oldest for %(time)s") % {"n": clocks.due, "time": _long(house.age(clocks.due_since))}
    yield Line(_("Due, not yet fired"), late if clocks.due else _("none"), not house.clocks_are_late)


def _runs(house: House) -> Iterator[Line]:
    for job in Job:
        run = house.runs.get(job)
        yield Line(str(job.label), _ago(house.age(run.ended_at if run else None)), not house.is_stale(job))
    audit = house.runs.get(Job.AUDIT)
    found = {"repaired": audit.handled if audit else 0, "left": audit.left if audit else 0}
    says = _("%(repaired)s repaired by the last audit, %(left)s left") % found
    yield Line(_("Items without a clock"), says, not any(found.values()))


def _heartbeats(house: House) -> Iterator[Line]:
    for queue, beaten_at in house.messages.heartbeats.items():
        says = _("a worker listened %(when)s") % {"when": _ago(house.age(beaten_at))} if beaten_at else _("no sign yet")
        yield Line(_("Queue “%(queue)s”") % {"queue": queue}, says, not is_late(beaten_at, house.now))


def _outbox(house: House) -> Iterator[Line]:
    outbox = house.messages.outbox
    for channel in Channel:
        waiting, since = outbox.counts[channel, DeliveryState.PENDING], house.age(outbox.due_since[channel])
        says = _("%(n)s wait") % {"n": waiting}
        if since is not None:
            says = _("%(n)s wait, the oldest for %(time)s") % {"n": waiting, "time": _long(since)}
        yield Line(
            _("To be sent: %(channel)s") % {"channel": channel.label}, says, (since or timedelta()) <= OUTBOX_LATE
        )
        stuck = {state: outbox.counts[channel, state] for state in TO_BE_LOOKED_AT}
        says = "、".join(f"{DeliveryState(state).label} {count}" for state, count in stuck.items())
        yield Line(_("Not delivered: %(channel)s") % {"channel": channel.label}, says, not any(stuck.values()))


def _calendar(house: House) -> Line:
    days = max(house.days_covered, 0)
    says = ngettext("entered for another %(n)s day", "entered for another %(n)s days", days) % {"n": days}
    return Line(
        _("Calendar of working days"), says, not any(kind == "calendar" for kind in house.messages.alarms) and days > 0
    )


def _ago(age: timedelta | None) -> str:
    return _("%(time)s ago") % {"time": _long(age)} if age is not None else _("never")


def _long(age: timedelta | None) -> str:
    """Seconds at first, then minutes, hours, days: as exact as somebody looks who wonders whether all is well."""
    seconds = int((age or timedelta()).total_seconds())
    if seconds < 120:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 7200:
        return ngettext("%(n)s minute", "%(n)s minutes", seconds // 60) % {"n": seconds // 60}
    if seconds < 172_800:
        return ngettext("%(n)s hour", "%(n)s hours", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)s day", "%(n)s days", seconds // 86_400) % {"n": seconds // 86_400}
