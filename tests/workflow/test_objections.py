"""Objections by the office and by the public: who may, how many, what is kept where, and that each comes to an end."""

import json

import pytest

from notifications.models import Message
from tests.people import City
from tests.walking import shanghai, submit, verify, verify_all, walk
from tests.workflow.asking import refusal_of
from workflow import deadline_scan, services
from workflow.lifecycle import State
from workflow.models import Objection, WorkItem
from workflow.services.objections import object_publicly

START = shanghai(2025, 1, 3)  # a Friday; a petition is shown until Thursday the 9th
LAST_EVENING = shanghai(2025, 1, 9, 23, 59)
AFTERWARDS = shanghai(2025, 1, 10)
SENDER = "a" * 64


@pytest.fixture
def shown(city: City) -> WorkItem:
    return walk(city, State.PUBLICIZING, now=START)


def send(item: WorkItem, **given: object) -> WorkItem:
    return object_publicly(item, **{"text": "仍有垃圾。", "sender": SENDER, "now": START} | given)


def note(city: City, item: WorkItem, **given: object) -> WorkItem:
    """The office records one."""
    return services.object_to(item, **{"by": city.dispatcher, "text": "仍有垃圾。", "now": START} | given)


def decide(city: City, item: WorkItem, upheld: bool, **given: object) -> WorkItem:
    given = {"by": city.dispatcher, "opinion": "已现场核查。", "now": START} | given
    return services.resolve_objection(item, upheld=upheld, **given)


def clocks(item: WorkItem) -> list[tuple[str, str]]:
    return [(timer.clock, timer.due_on.isoformat()) for timer in item.timers.filter(ended_at=None).order_by("clock")]


# -- from the public ---------------------------------------------------------------------------------------------------


def test_an_objection_from_the_public_stops_the_close_out(city, shown):
    item = send(shown)
    assert (item.state, item.turn_party, item.turn_department) == (State.PUBLICIZING, "office", city.office)
    assert clocks(item) == [("objection", "2025-01-10")]  # five working days


def test_it_is_kept_with_what_the_sender_said_of_himself(city, shown):
    send(shown, name=" 张三 ", contact="13812341234", text=" 还在冒烟。 ")
    kept = Objection.objects.get()
    assert (kept.by, kept.name, kept.contact, kept.text) == (None, "张三", "13812341234", "还在冒烟。")
    assert (kept.channel, kept.client_hash) == ("page", SENDER)


def test_history_and_messages_never_say_who_it_was(city, shown):
    item = send(shown, name="张三丰", contact="13899998888", text="我的电话 13711112222，仍有垃圾。")
    item = note(city, item, name="李四光", contact="0377-63112345", text="身份证 411303199001011234")
    events = json.dumps(list(item.events.values_list("note", "data")), ensure_ascii=False)
    mails = "".join(Message.objects.values_list("body", flat=True))
    for secret in ("张三丰", "13899998888", "13711112222", "李四光", "63112345", "411303199001011234"):
        assert secret not in events
        assert secret not in mails
    assert "137****2222" in events


def test_office_and_lead_are_told_of_it(city, shown):
    send(shown)
    told = Message.objects.filter(kind="public-objection").values_list("recipient__username", flat=True)
    assert {"dispatcher", "second_dispatcher", "environment_clerk"} <= set(told)


def test_the_event_has_no_actor(shown):
    event = send(shown).events.get(action="public-objection")
    assert (event.actor, event.department) == (None, None)


@pytest.mark.parametrize(("text", "code"), [(" ", "required"), ("长" * 2001, "too-long")])
def test_an_objection_has_words_and_not_too_many(shown, text, code):
    refusal = refusal_of(send, shown, text=text)
    assert (refusal.code, list(refusal.errors)) == (code, ["text"])


def test_after_the_last_day_the_public_objects_no_more(shown):
    assert refusal_of(send, shown, now=AFTERWARDS).code == "no-publicity"


@pytest.mark.parametrize("state", [State.VERIFYING, State.APPROVING, State.CLOSED, State.VOID])
def test_nor_while_nothing_is_public(city, state):
    assert refusal_of(send, walk(city, state), now=None).code == "not-in-this-state"


# -- how many ----------------------------------------------------------------------------------------------------------


def test_three_a_day_from_one_sender(city, shown, settings):
    other = walk(city, State.PUBLICIZING, now=START)
    for item in (shown, other, shown):
        send(item)
    assert refusal_of(send, other).code == "too-many-objections"
    assert send(other, sender="b" * 64).state == State.PUBLICIZING
    assert send(other, now=shanghai(2025, 1, 4, 0, 0)).state == State.PUBLICIZING


def test_twenty_a_day_to_one_notice(city, shown, settings):
    settings.OBJECTIONS_PER_NOTICE = 2
    for number in range(2):
        send(shown, sender=f"{number}" * 64)
    assert refusal_of(send, shown, sender="9" * 64).code == "too-many-objections"
    assert send(walk(city, State.PUBLICIZING, now=START), sender="9" * 64).turn_party == "office"


def test_what_the_office_records_is_not_limited(city, shown, settings):
    settings.OBJECTIONS_PER_NOTICE = settings.OBJECTIONS_PER_SENDER = 1
    send(shown)
    assert note(city, note(city, shown)).objections.count() == 3


def test_a_refused_objection_leaves_nothing(shown, settings):
    settings.OBJECTIONS_PER_SENDER = 0
    refusal_of(send, shown)
    assert not Objection.objects.exists()
    assert not shown.events.filter(action="public-objection").exists()


# -- recorded by the office --------------------------------------------------------------------------------------------


def test_the_office_says_how_it_came_and_until_when_it_decides(city, shown):
    kept = note(city, shown, channel="phone", name="张三", contact="0377").objections.get()
    assert (kept.channel, kept.name, kept.contact) == ("phone", "张三", "0377")
    assert kept.decide_by.isoformat() == "2025-01-10"


@pytest.mark.parametrize("channel", ["page", "dream"])
def test_an_unknown_way_of_receiving_is_refused(city, shown, channel):
    assert list(refusal_of(note, city, shown, channel=channel).errors) == ["channel"]


# -- each comes to an end ----------------------------------------------------------------------------------------------


def test_on_the_last_evening_it_still_holds_the_item_until_it_is_decided(city, shown):
    item = send(shown, now=LAST_EVENING)
    deadline_scan.scan(AFTERWARDS)
    item.refresh_from_db()
    assert (item.state, item.turn_party) == (State.PUBLICIZING, "office")
    decide(city, item, upheld=False, now=AFTERWARDS)
    deadline_scan.scan(AFTERWARDS)
    item.refresh_from_db()
    assert (item.state, item.turn_party) == (State.APPROVING, "approver")


def test_decided_in_time_the_notice_goes_on_to_its_last_day(city, shown):
    item = decide(city, send(shown), upheld=False)
    assert (item.turn_party, clocks(item)) == ("clock", [("publicity", "2025-01-09")])


@pytest.mark.parametrize("upheld", [True, False])
def test_after_the_end_the_office_may_still_record_one(city, shown, upheld):
    deadline_scan.scan(AFTERWARDS)
    shown.refresh_from_db()
    item = note(city, shown, now=AFTERWARDS)
    assert (item.state, clocks(item)) == (State.PUBLICIZING, [("objection", "2025-01-17")])
    item = decide(city, item, upheld, now=AFTERWARDS)
    assert item.state == (State.RECTIFYING if upheld else State.APPROVING)


@pytest.fixture
def left_over(city: City, shown: WorkItem) -> WorkItem:
    """Being rectified again after one of two objections was upheld; the other one is open."""
    item = send(send(shown), text="还有臭味。", now=shanghai(2025, 1, 6))
    return decide(city, item, upheld=True)


def test_a_second_objection_outlives_an_upheld_one_with_its_clock(left_over):
    assert (left_over.state, left_over.return_count) == (State.RECTIFYING, 1)
    assert ("objection", "2025-01-13") in clocks(left_over)


@pytest.mark.parametrize("upheld", [True, False])
def test_while_it_is_rectified_the_decision_is_recorded_and_the_item_stays(city, left_over, upheld):
    before = [clock for clock in clocks(left_over) if clock[0] != "objection"]
    item = decide(city, left_over, upheld)
    assert (item.state, item.return_count) == (State.RECTIFYING, 1)
    assert clocks(item) == before
    assert item.objections.latest("pk").upheld is upheld


def test_while_it_is_verified_one_not_upheld_leaves_it_there(city, left_over):
    item = submit(city, left_over, now=START)
    assert [name for name, _day in clocks(item)] == ["objection", "verification"]
    item = decide(city, item, upheld=False)
    assert (item.state, item.stage, item.turn_party) == (State.VERIFYING, 1, "verifier")
    assert [name for name, _day in clocks(item)] == ["verification"]


def test_while_it_is_verified_one_upheld_sends_it_back(city, left_over):
    item = decide(city, submit(city, left_over, now=START), upheld=True)
    assert (item.state, item.stage, item.return_count, item.submitted_at) == (State.RECTIFYING, 0, 2, None)


def test_undecided_it_waits_with_the_next_notice(city, left_over):
    item = verify_all(city, submit(city, left_over, now=START), now=START)
    assert (item.state, item.turn_party) == (State.PUBLICIZING, "office")
    item = decide(city, item, upheld=False)
    assert (item.state, item.turn_party) == (State.PUBLICIZING, "clock")


def test_a_supplement_is_no_longer_enough_once_an_objection_is_upheld(city, left_over):
    item = verify(city, submit(city, left_over, now=START), now=START, conclusion="supplement", opinion="缺照片。")
    item = decide(city, item, upheld=True)
    assert (item.state, item.supplement_by) == (State.RECTIFYING, None)


def test_the_department_itself_does_not_decide(city, shown):
    refusal = refusal_of(decide, city, send(shown), False, by=city.environment_clerk)
    assert refusal.code == "not-the-office"
