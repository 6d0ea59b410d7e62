"""The inbox: what waits for this person, by what he has to do, the nearest time limit first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User, today
from accounts.roles import Permission
from workflow import working_calendar
from workflow.lifecycle import Party, State
from workflow.models import Timer, WorkItem
from workflow.models.procedures import Clock
from workflow.querysets import awaiting, extensions_to_decide, papers_to_answer, papers_to_sign, to_acknowledge
from workflow.views.access import signed_in, wants_a_part

SHOWN = 200  # items; the groups still say how many there are

# By state and by the party in turn: a closed item is the office's to file, then the inspector's to look back at.
HEADINGS = {
    (State.DRAFT, Party.OFFICE): _("To assign"),
    (State.ASSIGNED, Party.LEAD): _("To accept"),
    (State.RECTIFYING, Party.LEAD): _("To rectify"),
    (State.VERIFYING, Party.VERIFIER): _("To verify"),
    (State.PUBLICIZING, Party.OFFICE): _("Objections to decide"),
    (State.APPROVING, Party.APPROVER): _("To approve"),
    (State.CLOSED, Party.OFFICE): _("To file"),
    (State.CLOSED, Party.INSPECTOR): _("To look back"),
    (State.SUSPENDED, Party.APPROVER): _("Suspended"),
}


@dataclass
class Group:
    """Items on which the person has to do the same thing."""

    state: State
    party: Party
    heading: Any
    count: int
    items: list[WorkItem]

    @property
    def name(self) -> str:
        return f"{self.state}-{self.party}"

    @property
    def left_out(self) -> int:
        return self.count - len(self.items)

    @property
    def more(self) -> str:
        """The query of the list that has those left out."""
        one_state = self.party not in (Party.COOPERATING, Party.ADDRESSEE, Party.OVERSEER)
        return f"state={self.state}&ordering=due_on" if one_state else "ordering=due_on"


@signed_in
@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The whole page, or for htmx what changes on it."""
    context = {"groups": groups(request.user), "today": today(), "calendar": working_calendar.load()}
    template = "workflow/inbox_groups.html" if wants_a_part(request) else "workflow/inbox.html"
    return render(request, template, context)


def groups(user: User) -> list[Group]:
    """A few queries, however many items."""
    rows = awaiting(user).order_by().values_list("state", "turn_party").annotate(Count("pk"))
    counts = {(state, party): number for state, party, number in rows}
    found = {key: Group(*key, heading, counts[key], []) for key, heading in HEADINGS.items() if key in counts}
    for item in by_urgency(awaiting(user))[:SHOWN]:
        if group := found.get((State(item.state), Party(item.turn_party))):  # may move between
            group.items.append(item)
    return [*_papers(user), *found.values(), *_besides(user)]


def _papers(user: User) -> Iterator[Group]:
    """What the ladder asks of a supervisor, and what he asked of a department."""
    if user.may(Permission.APPROVE):
        yield from _group(user, papers_to_sign, Party.OVERSEER, _("Papers to sign"))
    if user.may(Permission.HANDLE):
        yield from _group(user, papers_to_answer, Party.ADDRESSEE, _("Papers to answer"))


def _besides(user: User) -> Iterator[Group]:
    """What is another department's turn, but wants to be known by this person's; what is decided meanwhile."""
    if user.may(Permission.HANDLE):
        yield from _group(user, to_acknowledge, Party.COOPERATING, _("To acknowledge"))
    if user.may(Permission.DISPATCH) or user.may(Permission.APPROVE):
        yield from _group(user, extensions_to_decide, Party.DECIDER, _("Extensions to decide"))


def _group(
    user: User, waiting_for: Callable[[User], QuerySet[WorkItem]], party: Party, heading: Any
) -> Iterator[Group]:
    waiting = waiting_for(user)
    if items := list(by_urgency(waiting)[:SHOWN]):
        count = waiting.count() if len(items) == SHOWN else len(items)
        yield Group(State.RECTIFYING, party, heading, count, items)


def by_urgency(items: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
    """With the clock that runs out first (`clock`, `clock_due_on`); milestones are steps on the way, not turns."""
    running = Timer.objects.filter(item=OuterRef("pk"), ended_at__isnull=True).exclude(clock=Clock.MILESTONE)
    first = running.order_by("due_on", "id")
    timed = items.annotate(clock=Subquery(first.values("clock")[:1]), clock_due_on=Subquery(first.values("due_on")[:1]))
    nearest = F("nearest").asc(nulls_last=True)
    return (
        timed.annotate(nearest=Coalesce("clock_due_on", "due_on"))
        .select_related("lead", "source")
        .order_by(nearest, "id")
    )
