"""Who may do what when: every action, from every place of the road, by every role in every relation to the item.

What is expected is read from the table of the road alone (`expected`), with two small dictionaries beside it: who is
which party (`rights_of`) and what a place lacks (PLACES); never from permissions.refuse. The item: the environment
bureau leads, Xixia cooperates, the water bureau verifies the first stage and the office the second. Everybody who asks
is new, so that he did nothing before.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import PERMISSIONS, Permission, Role
from tests.people import City, hire
from tests.walking import TERM, add_evidence, day_of, verify, void, walk
from tests.workflow.asking import ask
from tests.workflow.fingerprint import fingerprint
from workflow import permissions, services
from workflow.deadline_scan import scan
from workflow.facts import read_facts
from workflow.lifecycle import BY_PEOPLE, TRANSITIONS, Action, Need, Party, State, leads_to
from workflow.models import Procedure, WorkItem
from workflow.refusal import RefusalKind, Refused


@dataclass(frozen=True)
class Place:
    """Where an item stands, and which needs do not hold there."""

    state: State
    procedure: str = "central-inspection"  # the lead passes nothing on; only the higher level extends
    lacks: tuple[Need, ...] = ()


N, S = Need, State
PLACES = {
    "draft": Place(S.DRAFT),
    "assigned": Place(S.ASSIGNED),
    "rectifying": Place(S.RECTIFYING, lacks=(N.EXTENSION_POSSIBLE,)),
    "rectifying a petition": Place(S.RECTIFYING, "petition", (N.EXTENSION_TO_DECIDE,)),
    "extension asked": Place(S.RECTIFYING, "petition", (N.EXTENSION_POSSIBLE,)),
    "second extension asked": Place(S.RECTIFYING, "petition", (N.EXTENSION_POSSIBLE,)),
    "first stage": Place(S.VERIFYING),
    "last stage": Place(S.VERIFYING),
    "publicizing": Place(S.PUBLICIZING, lacks=(N.SOMEBODYS_TURN,)),
    "objected": Place(S.PUBLICIZING, lacks=(N.NO_OPEN_OBJECTION,)),
    "approving": Place(S.APPROVING),
    "approving stale": Place(S.APPROVING, lacks=(N.PASSES_FRESH,)),
    "closed": Place(S.CLOSED, "petition", (N.FILING_PENDING, N.LOOK_BACK_PENDING)),
    "closed, to be filed": Place(S.CLOSED),
    "closed, to look back": Place(S.CLOSED, lacks=(N.FILING_PENDING,)),
    "overdue": Place(S.RECTIFYING, lacks=(N.EXTENSION_POSSIBLE,)),
    "answer wanted": Place(S.RECTIFYING, lacks=(N.EXTENSION_POSSIBLE,)),
    "suspended": Place(S.SUSPENDED),
    "void": Place(S.VOID),
}
ONLY_AT = {  # what is lacking everywhere else
    N.OPEN_OBJECTION: ("objected",),
    N.ALERT_TO_NOTE: ("overdue", "answer wanted"),
    N.PROPOSAL_OPEN: ("overdue",),
    N.PAPER_TO_ANSWER: ("answer wanted",),
}
LONG_AGO = timedelta(days=75)  # so that a deadline passed half a month ago
WORKPLACES = ("office", "environment", "water", "xixia", "government", "forestry")
LEAD, COOPERATING, FIRST, FOREIGN = "environment", "xixia", "water", "forestry"
LAWFUL = "lawful"


@dataclass
class Asker:
    user: User
    role: Role | None
    workplace: str


def askers(city: City) -> list[Asker]:
    """Every role in every department, and somebody without any."""
    pairs = [(role, name) for name in WORKPLACES for role in Role]
    people = [Asker(hire(f"{role}-of-{name}", role, getattr(city, name)), role, name) for role, name in pairs]
    return [*people, Asker(User.objects.create(username="without-any-role", name="无岗位"), None, "")]


def item_at(city: City, place: str) -> WorkItem:
    """Walked there by the verbs; nobody draws lots whether a petition is looked back at."""
    Procedure.objects.filter(code="petition").update(look_back_share=0)
    at = PLACES[place]
    parties = [("joint", city.xixia), ("verify", city.water), ("verify", city.office)]
    start = State.RECTIFYING if place == "void" else at.state
    ago = {S.PUBLICIZING: timedelta(days=3)}.get(start)  # the notice hangs today
    ago = LONG_AGO if place in ONLY_AT[N.ALERT_TO_NOTE] else ago
    now = timezone.now() - ago if ago else None
    item = walk(city, start, procedure=at.procedure, departments=parties, now=now)
    if item.state == State.RECTIFYING:
        add_evidence(item, city.environment_clerk)
    match place:
        case "extension asked":
            item = ask_extension(city, item)
        case "second extension asked":
            given = {"approved": True, "due_on": item.due_on + TERM / 4, "reason": "同意"}
            item = services.decide_extension(ask_extension(city, item), by=city.dispatcher, **given)
            item = ask_extension(city, item)
        case "last stage":
            item = verify(city, item)
        case "objected":
            item = services.object_to(item, by=city.dispatcher, text="仍有垃圾。")
        case "approving stale":
            add_evidence(item, city.environment_clerk)
        case "closed, to be filed":
            add_evidence(item, city.water_verifier)
        case "closed, to look back":
            item = ask(Action.FILE, city, item, city.dispatcher)
            add_evidence(item, city.water_verifier)
        case "overdue" | "answer wanted":
            scan()
            item = ask(Action.SIGN_PAPER, city, item, city.supervisor) if place == "answer wanted" else item
        case "void":
            item = void(city, item)
    return item


def ask_extension(city: City, item: WorkItem) -> WorkItem:
    return services.request_extension(item, by=city.environment_clerk, due_on=item.due_on + TERM / 4, reason="雨季。")


def input_at(action: Action, city: City, item: WorkItem) -> dict[str, Any]:
    """What a procedure wants to know besides what is sensible everywhere."""
    if action == Action.ASSIGN:
        return {"departments": [("verify", city.water), ("verify", city.office)]}
    if action == Action.DECIDE_EXTENSION and item.procedure.extension_is_recorded and item.evidence.exists():
        paper = {"document_number": "豫环督办〔2026〕2号", "scan": item.evidence.latest("pk").pk}
        return {"due_on": item.due_on + TERM, **paper}
    return {}


def party_of(action: Action) -> Party:
    return next(row.party for row in TRANSITIONS if row.action == action)


def rights_of(party: Party, place: str) -> list[tuple[set[str], Permission]]:
    """Where the people work who are this party, and the permission they need; before it is assigned an item has only
    its office."""
    office = ({"office"}, Permission.DISPATCH)
    supervisor = ({"office"}, Permission.APPROVE)
    judges = {"first stage": {FIRST}, "last stage": {"office"}}.get(place, {FIRST, "office"})
    lead = ({LEAD}, Permission.HANDLE)
    departments = {
        Party.LEAD: [lead],
        Party.HOLDER: [lead] if PLACES[place].procedure == "petition" else [],
        Party.COOPERATING: [({COOPERATING}, Permission.HANDLE)],
        Party.RESPONSIBLE: [({LEAD, COOPERATING}, Permission.HANDLE)],
        Party.VERIFIER: [(judges, Permission.VERIFY)],
        Party.INSPECTOR: [(judges, Permission.VERIFY)],
        Party.ADDRESSEE: [lead],
    }
    of_the_office = {
        Party.OFFICE: [office],
        Party.HOLDER: [office],
        Party.INSPECTOR: [office],
        Party.APPROVER: [supervisor],
        Party.OVERSEER: [office, supervisor],
        Party.ALERTED: [office, supervisor, ({"government"}, Permission.SEE_CITY), *turn_at(place, judges)],
        Party.DECIDER: [supervisor if place == "second extension asked" else office],
    }
    return of_the_office.get(party, []) + (departments.get(party, []) if place != "draft" else [])


def turn_at(place: str, judges: set[str]) -> list[tuple[set[str], Permission]]:
    """Those whose turn it is, and who handles items where they work; beside the office."""
    match PLACES[place].state:
        case S.ASSIGNED | S.RECTIFYING:
            return [({LEAD}, Permission.HANDLE)]
        case S.VERIFYING:
            return [(judges, Permission.VERIFY), (judges, Permission.HANDLE)]
        case S.DRAFT | S.APPROVING | S.SUSPENDED:
            return [({"office"}, Permission.HANDLE)]
    of_the_office = {
        "objected": [],
        "closed, to be filed": [],
        "closed, to look back": [({"office"}, Permission.VERIFY)],
    }
    return [({"office"}, Permission.HANDLE), *of_the_office[place]] if place in of_the_office else []


def expected(action: Action, place: str, asker: Asker) -> str:
    """LAWFUL or the kind of the refusal: the person is looked at first, then the state, then what else is needed."""
    row = next(row for row in TRANSITIONS if row.action == action)
    carried = PERMISSIONS[asker.role] if asker.role else ()
    if not any(asker.workplace in places and right in carried for places, right in rights_of(row.party, place)):
        return RefusalKind.FORBIDDEN
    sources = {source for row in TRANSITIONS if row.action == action for source in row.sources}
    if PLACES[place].state not in sources:
        return RefusalKind.CONFLICT
    lacks = {*PLACES[place].lacks, *(need for need, places in ONLY_AT.items() if place not in places)}
    return RefusalKind.CONFLICT if lacks & set(row.needs) else LAWFUL


def is_called(action: Action, place: str, asker: Asker) -> bool:
    """The verb itself is called by every role of the party's departments and of another one, by those who would have
    the right but work where the item is unknown, and by somebody without a role; the table is asked about all."""
    rights = rights_of(party_of(action), place)
    own = {name for places, _ in rights for name in places}
    if asker.workplace == FOREIGN:
        return any(right in PERMISSIONS[asker.role] for _, right in rights)
    another = next(name for name in WORKPLACES if name not in own)
    return asker.workplace in {*own, another, ""}


def outcome(action: Action, city: City, item: WorkItem, asker: Asker) -> tuple[str, str]:
    """What became of the call, and the state afterwards; a call that went through is taken back."""
    try:
        with transaction.atomic():
            state = ask(action, city, item, asker.user, **input_at(action, city, item)).state
            transaction.set_rollback(True)
    except Refused as refused:
        return refused.refusal.kind, item.state
    return LAWFUL, state


@pytest.mark.parametrize("place", PLACES)
def test_every_action_by_every_role_in_every_relation_agrees_with_the_table(city, place):
    item = item_at(city, place)
    everybody, before = askers(city), fingerprint()
    for asker in everybody:
        for action in filter(lambda action: is_called(action, place, asker), BY_PEOPLE):
            found, state = outcome(action, city, item, asker)
            assert found == expected(action, place, asker), f"{action} by {asker.user}"
            assert found != LAWFUL or state in leads_to(action, item.state), f"{action} led to {state}"
    assert fingerprint() == before, "what was refused has changed something"


@pytest.mark.parametrize("place", PLACES)
def test_the_buttons_offer_exactly_what_the_table_grants(city, place):
    item = item_at(city, place)
    facts = read_facts([item])[item.pk]
    for asker in askers(city):
        offered = {row.action for row in permissions.allowed_actions(asker.user, facts, day_of(None)) if row.is_allowed}
        assert offered == {action for action in BY_PEOPLE if expected(action, place, asker) == LAWFUL}


def test_a_verb_that_goes_through_changes_the_fingerprint(city):
    item, before = item_at(city, "assigned"), fingerprint()
    ask(Action.ACCEPT, city, item, city.environment_clerk)
    assert fingerprint() != before


@pytest.mark.parametrize("action", BY_PEOPLE)
def test_every_action_is_lawful_for_somebody_somewhere(city, action):
    somebody = list(askers(city))
    assert any(expected(action, place, asker) == LAWFUL for place in PLACES for asker in somebody)


@pytest.mark.parametrize("action", BY_PEOPLE)
def test_the_clock_takes_no_action_of_people(city, action):
    item = item_at(city, "approving")
    facts = read_facts([item])[item.pk]
    assert permissions.refuse(action, None, facts, day_of(None)).code == "not-by-the-clock"


def test_a_refusal_is_a_sentence_with_the_states_that_would_do(city):
    item = item_at(city, "draft")
    with pytest.raises(Refused) as caught:
        ask(Action.VOID, city, item, city.water_clerk)
    assert str(caught.value.refusal).endswith((".", "。"))


def test_somebody_who_left_may_do_nothing_more(city):
    item = item_at(city, "assigned")
    User.objects.filter(pk=city.environment_clerk.pk).update(is_active=False)
    with pytest.raises(Refused) as caught:
        ask(Action.ACCEPT, city, item, User.objects.get(username="environment_clerk"))
    assert caught.value.refusal.kind == RefusalKind.FORBIDDEN
