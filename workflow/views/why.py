"""“Why this date?” of a running clock, for whoever sees the item."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import today
from workflow import working_calendar
from workflow.models import Event, Timer
from workflow.models.procedures import Clock
from workflow.views.access import item_or_404, signed_in
from workflow.views.timeline import details
from workflow.why import explain


@signed_in
@never_cache
@require_safe
def why(request: HttpRequest, number: str, clock: str) -> HttpResponse:
    item = item_or_404(request.user, number)
    running = Timer.objects.filter(item=item, clock=clock, ended_at__isnull=True)
    running = running.filter(**_narrower(request))
    told = running.select_related("item__procedure", "milestone", "paper")
    timer = get_object_or_404(told.order_by("due_on", "pk")[:1])
    calendar = working_calendar.load()
    context = {
        "item": item,
        "timer": timer,
        "why": explain(timer, calendar),
        "is_provisional": calendar.is_provisional(timer.due_on),
        "is_deadline": clock in (Clock.DEADLINE, Clock.MILESTONE),
        "suspensions": item.suspensions.filter(cycle=item.cycle, ended_on__isnull=False),
        "extensions": item.extensions.filter(cycle=item.cycle, is_approved=True),
        "recalculations": _recalculations(item.events.filter(action=Event.RECALCULATE, cycle=item.cycle), clock),
        "today": today(),
        "calendar": calendar,
    }
    return render(request, "workflow/item/why.html", context)


def _narrower(request: HttpRequest) -> dict[str, str]:
    """Which of several clocks of one name: that of a milestone, or of a paper."""
    asked = {name: value for name in ("milestone", "paper") if (value := request.GET.get(name, ""))}
    if not all(value.isascii() and value.isdecimal() and len(value) < 19 for value in asked.values()):
        raise Http404
    return asked


def _recalculations(events, clock: str) -> list[tuple[Event, list[str]]]:
    """Those that moved this clock, oldest first, in the words of the history."""
    found = [event for event in events if any(move["clock"] == clock for move in event.data["moved"])]
    return [(event, list(details(event))) for event in found]
