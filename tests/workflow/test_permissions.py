"""Who may do what when: every action, from every place of the road, by every role in every relation to the item.

What is expected is read from the table of the road and the parties' rights alone (`expected`), never from
permissions.refuse. The item: the environment bureau leads, Xixia answers too, the water bureau supervises and so
verifies the first stage, the office verifies the second. Everybody who asks is new, so that he did nothing before.
"""

from dataclasses import dataclass

import pytest
from django.db import transaction

from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from tests.people import City, hire
from tests.walking import add_evidence, day_of, verify, void, walk
from tests.workflow.asking import ask
from tests.workflow.fingerprint import fingerprint
from workflow import permissions, services
from workflow.facts import read_facts
from workflow.lifecycle import BY_PEOPLE, PARTY_PERMISSION, TRANSITIONS, Action, Need, Party, State, leads_to
from workflow.models import WorkItem
from workflow.refusal import RefusalKind, Refused

PLACES = {
    "draft": State.DRAFT,
    "assigned": State.ASSIGNED,
    "rectifying": State.RECTIFYING,
    "first stage": State.VERIFYING,
    "last stage": State.VERIFYING,
    "publicizing": State.PUBLICIZING,
    "objected": State.PUBLICIZING,
    "approving": State.APPROVING,
    "closed": State.CLOSED,
    "void": State.VOID,
}
WORKPLACES = ("office", "environment", "water", "xixia", "forestry")
LEAD, ANSWERING, SUPERVISING, FOREIGN = "environment", "xixia", "water", "forestry"
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
    start = State.RECTIFYING if place == "void" else PLACES[place]
    parties = [("joint", city.xixia), ("supervise", city.water)]
    item = walk(city, start, procedure="central-inspection", departments=parties)
    match place:
        case "rectifying":
            add_evidence(item, city.environment_clerk)
        case "last stage":
            item = verify(city, item)
        case "objected":
            item = services.object_to(item, by=city.dispatcher, text="仍有垃圾。")
        case "void":
            item = void(city, item)
    return item


def party_of(action: Action) -> Party:
    return next(row.party for row in TRANSITIONS if row.action == action)


def workplaces_of(party: Party, place: str) -> set[str]:
    """Where the people work who are this party; before it is assigned an item has only its office."""
    if party in (Party.OFFICE, Party.APPROVER):
        return {"office"}
    if place == "draft":
        return set()
    verifying = {"first stage": {SUPERVISING}, "last stage": {"office"}}.get(place, {SUPERVISING, "office"})
    return {Party.LEAD: {LEAD}, Party.RESPONSIBLE: {LEAD, ANSWERING}, Party.VERIFIER: verifying}[party]


def expected(action: Action, place: str, asker: Asker) -> str:
    """LAWFUL or the kind of the refusal: the person is looked at first, then the state, then what else is needed."""
    row = next(row for row in TRANSITIONS if row.action == action)
    carries = PERMISSIONS[asker.role] if asker.role else ()
    if PARTY_PERMISSION[row.party] not in carries or asker.workplace not in workplaces_of(row.party, place):
        return RefusalKind.FORBIDDEN
    if PLACES[place] not in row.sources:
        return RefusalKind.CONFLICT
    return RefusalKind.CONFLICT if Need.OPEN_OBJECTION in row.needs and place != "objected" else LAWFUL


def is_called(action: Action, place: str, asker: Asker) -> bool:
    """The verb itself is called by every role of the party's departments and of another one, by those who would have
    the right but work where the item is unknown, and by somebody without a role; the table is asked about all."""
    party = party_of(action)
    own = workplaces_of(party, place)
    if asker.workplace == FOREIGN:
        return PARTY_PERMISSION[party] in PERMISSIONS[asker.role]
    another = next(name for name in WORKPLACES if name not in own)
    return asker.workplace in {*own, another, ""}


def outcome(action: Action, city: City, item: WorkItem, asker: Asker) -> tuple[str, str]:
    """What became of the call, and the state afterwards; a call that went through is taken back."""
    try:
        with transaction.atomic():
            state = ask(action, city, item, asker.user).state
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
        assert fingerprint() == before, f"what {asker.user} was refused has changed something"


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
