"""Everything that the page of an item shows, read with a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Department, User, today
from workflow import working_calendar
from workflow.deadlines import WorkingCalendar
from workflow.facts import Facts, read_facts
from workflow.forms import ASKS_FOR_DEPARTMENTS, FORMS
from workflow.forms.fields import ActionForm
from workflow.forms.petitions import FindingsForm
from workflow.forms.rectification import EvidenceForm
from workflow.forms.revising import RevisionForm
from workflow.lifecycle import Action, DepartmentRole, State
from workflow.models import Assignment, Event, Timer, WorkItem
from workflow.needs import COOPERATING
from workflow.permissions import AllowedAction, allowed_actions, may_see_objectors, on_the_road
from workflow.refusal import RefusalKind
from workflow.views.correction_form import correction_offered
from workflow.views.evidence_shown import evidence_shown
from workflow.views.family import family
from workflow.views.papers import papers_shown
from workflow.views.petition_card import petition_card
from workflow.views.time_records import time_records
from workflow.views.timeline import timeline
from workflow.views.told import told

# Beside the road: no button where there is nothing of the kind; chasing shows why not to those who might.
_ASIDE = (Action.NOTE_ALERT, Action.SIGN_PAPER, Action.DISMISS_PROPOSAL, Action.REPLY)
# What the party whose turn it is came for: its form is open when the page opens.
_MAIN_ACTION = {
    State.DRAFT: Action.ASSIGN,
    State.ASSIGNED: Action.ACCEPT,
    State.VERIFYING: Action.VERIFY,
    State.PUBLICIZING: Action.RESOLVE_OBJECTION,
    State.APPROVING: Action.APPROVE,
    State.CLOSED: Action.LOOK_BACK,
}


@dataclass(frozen=True)
class Offer:
    """An action in the panel: its form, or the sentence why not."""

    entry: AllowedAction
    form: ActionForm | None
    is_main: bool
    is_failed: bool = False

    @property
    def is_open(self) -> bool:
        return self.is_failed or self.is_main

    @property
    def asks(self) -> bool:
        """Is there something to fill in, besides the version?"""
        return self.form is not None and bool(self.form.visible_fields())


@dataclass(frozen=True)
class Attempt:
    """What the person has just tried in vain: his form with the errors in it, and the sentence that was the answer."""

    action: Action | None = None
    form: ActionForm | None = None
    refusal: str = ""
    evidence_form: EvidenceForm | None = None
    evidence_refusal: str = ""
    findings_form: FindingsForm | None = None
    findings_refusal: str = ""
    revision_form: RevisionForm | None = None
    revision_refusal: str = ""
    status: int = 200


def item_page(request: HttpRequest, item: WorkItem, attempt: Attempt | None = None) -> HttpResponse:
    """The page of an item, with an attempt that failed if there was one."""
    attempt = attempt or Attempt()
    facts = read_facts([item])[item.pk]
    context = {
        "item": item,
        "facts": facts,
        "attempt": attempt,
        "parties": parties(facts),
        "cooperating": COOPERATING,
        "declined": _declined(item),
        "today": today(),
        "main_action": _MAIN_ACTION.get(State(item.state)),
        "offers": offers(request.user, facts, attempt),
        **evidence_shown(request.user, facts, attempt.evidence_form),
        **petition_card(request.user, facts, attempt.findings_form),
        **correction_offered(request.user, item, attempt.revision_form),
        **_records(request.user, item),
        **papers_shown(facts),
        **_clocks(item, working_calendar.load()),
        **told(request.user, item, is_whole=request.GET.get("told") == "all"),
        **timeline(item, is_whole=request.GET.get("history") == "all"),
    }
    return render(request, "workflow/item.html", context, status=attempt.status)


def parties(facts: Facts) -> list[tuple[str, list[Assignment]]]:
    """The departments on the item by role, in the order of the roles."""
    found = [(role.label, [row for row in facts.assignments if row.role == role]) for role in DepartmentRole]
    return [(label, rows) for label, rows in found if rows]


def _declined(item: WorkItem) -> Event | None:
    """Why a draft that was handed out lies with the office again."""
    if item.state != State.DRAFT or item.assigned_at is None:
        return None
    return item.events.filter(action=Action.DECLINE).select_related("department").last()


# -- the action panel --------------------------------------------------------------------------------------------------


def offers(user: User, facts: Facts, attempt: Attempt) -> list[Offer]:
    """The buttons of this state, those that work first; and the action that has just failed: no text is lost."""
    entries = allowed_actions(user, facts, today())
    shown = [entry for entry in on_the_road(entries, facts.item.state) if _is_offered(entry)]
    shown += [entry for entry in entries if entry.action == attempt.action and entry not in shown]
    units = units_for(facts) if any(_asks_for_departments(entry) for entry in shown) else []
    found = [_offer(entry, facts, units, attempt) for entry in shown]
    return sorted(found, key=lambda offer: (offer.form is None, not offer.is_open))


def _is_offered(entry: AllowedAction) -> bool:
    if entry.action == Action.NUDGE:
        return entry.is_allowed or entry.refusal.kind != RefusalKind.FORBIDDEN
    return entry.is_allowed or entry.action not in _ASIDE


def _asks_for_departments(entry: AllowedAction) -> bool:
    return entry.is_allowed and entry.action in ASKS_FOR_DEPARTMENTS


def _offer(entry: AllowedAction, facts: Facts, units: list[Department], attempt: Attempt) -> Offer:
    is_main = entry.is_allowed and not attempt.action and _MAIN_ACTION.get(State(facts.item.state)) == entry.action
    if entry.action == attempt.action and attempt.form is not None:
        return Offer(entry, attempt.form, is_main, is_failed=True)
    form = form_for(entry.action, facts, units) if entry.is_allowed else None
    return Offer(entry, form, is_main)


def form_for(action: Action, facts: Facts, units: list[Department], data: Any = None) -> ActionForm:
    return FORMS.get(action, ActionForm)(data, action=action, facts=facts, units=units)


def units_for(facts: Facts) -> list[Department]:
    """The departments of the office's city that exist today, and those on the item already."""
    of_the_city = Q(superior=facts.item.office.superior_id)
    present = Q(pk__in={row.department_id for row in facts.assignments})
    return list(Department.objects.valid_on(today()).filter(of_the_city | present))


# -- what is on record -------------------------------------------------------------------------------------------------


def _records(user: User, item: WorkItem) -> dict[str, Any]:
    """Reports, judgements and the family, newest first."""
    submissions = item.submissions.select_related("by").prefetch_related(
        "verifications__by", "verifications__department", "evidence"
    )
    return {
        "submissions": submissions.order_by("-id"),
        "publicities": item.publicities.select_related("replaced_by").order_by("-id"),
        "shows_objectors": may_see_objectors(user, item),
        "objections": item.objections.select_related("by", "decided_by").order_by("-id"),
        "closures": item.closures.select_related("by", "verified_by", "submitted_by", "filing__by").order_by("-cycle"),
        **time_records(item),
        **family(user, item),
    }


def _clocks(item: WorkItem, calendar: WorkingCalendar) -> dict[str, Any]:
    timers = (
        Timer.objects.filter(item=item, ended_at__isnull=True)
        .select_related("milestone", "paper", "rung")
        .order_by("due_on", "id")
    )
    clocks = [(timer, calendar.is_provisional(timer.due_on)) for timer in timers]
    return {"calendar": calendar, "clocks": clocks}
