"""The oracle sees what is wrong: each invariant is broken on purpose, behind the back of every constraint."""

import hashlib
import time
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Membership
from notifications.models import Delivery, DeliveryAttempt, Message
from notifications.outbox import Outcome, claim, settle
from tests import walking
from tests.faults.load import due_items
from tests.faults.oracle import INVARIANTS, Answer, Scene, check_invariants
from tests.gateway import Record
from tests.people import City
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import Event, Evidence, RungFiring, Timer, WorkItem

pytestmark = pytest.mark.django_db
NOW = time.time()


@pytest.fixture(autouse=True)
def files_of_its_own(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def item(city: City) -> WorkItem:
    return walking.walk(city, State.RECTIFYING)


def execute(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def defenceless(table: str) -> None:
    """Without triggers and foreign keys, as after damage or a restore gone wrong; until the test is rolled back."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def sees(invariant: str, sentence: str, scene: Scene | None = None) -> None:
    violations = check_invariants(scene)
    assert any(found.startswith(f"{invariant}: ") and sentence in found for found in violations), violations


def sent(delivery: Delivery, times: int = 1) -> list[Record]:
    """What the gateway has on record of it."""
    reference = hashlib.sha256(delivery.message.dedup_key.encode()).hexdigest()[:32]
    return [Record("smtp", delivery.recipient.email, f"<{reference}@city.example>", "ok", True)] * times


def deliver_one() -> Delivery:
    delivery = claim("email")
    settle(delivery, Outcome(Delivery.State.SENT))
    return delivery


def test_each_invariant_has_its_number() -> None:
    assert list(INVARIANTS) == [f"I{n}" for n in range(1, 13)]


def test_a_house_in_order_is_not_accused(city: City) -> None:
    for state in (State.DRAFT, State.VERIFYING, State.PUBLICIZING, State.CLOSED, State.SUSPENDED, State.VOID):
        walking.walk(city, state)
    due_items(city, 2)
    scan()
    delivery = deliver_one()
    assert check_invariants(Scene(records=sent(delivery))) == []


def test_i1_a_version_that_the_history_lacks(item: WorkItem) -> None:
    defenceless("workflow_event")
    execute("DELETE FROM workflow_event WHERE item_id = %s AND version = 2", item.pk)
    sees("I1", "its history says [1, 3]")


def test_i1_a_success_that_did_not_happen(item: WorkItem) -> None:
    sees("I1", "which the history lacks", Scene(answers=[Answer(item.number, "report", "k", 200, 4, at=NOW)]))


def test_i1_two_requests_with_one_effect(item: WorkItem) -> None:
    told = [Answer(item.number, "accept", key, 200, 3, at=NOW) for key in ("a", "b")]
    sees("I1", "2 requests were answered with the same v3", Scene(answers=told))


def test_i2_something_nobody_asked_for(city: City, item: WorkItem) -> None:
    before = Event.objects.latest("pk").pk
    walking.submit(city, item)
    asked = Answer(item.number, "report", "k", 0, at=NOW)
    sees("I2", "submit happened 1 times and was asked for 0 times", Scene(answers=[asked], spoken_since=before))


def test_i3_a_state_nobody_walked_to(item: WorkItem) -> None:
    defenceless("workflow_workitem")
    execute("UPDATE workflow_workitem SET state = 'assigned' WHERE id = %s", item.pk)
    sees("I3", "its history ends at rectifying, it says assigned")


def test_i3_a_step_off_the_road(item: WorkItem) -> None:
    defenceless("workflow_event")
    execute("UPDATE workflow_event SET action = 'approve' WHERE item_id = %s AND version = 3", item.pk)
    sees("I3", "approve may not lead from assigned to rectifying")


def test_i4_a_clock_that_is_late(item: WorkItem) -> None:
    Timer.objects.filter(item=item, clock="deadline").update(fire_at=Now() - timedelta(minutes=2))
    sees("I4", "the clock deadline should have spoken")


def test_i4_a_rung_fired_twice(city: City) -> None:
    due_items(city, 1)
    scan()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("ALTER TABLE workflow_rungfiring DROP CONSTRAINT workflow_rung_fired_once")
    firing = RungFiring.objects.get(superseded=False)
    firing.pk = None
    firing.save()
    sees("I4", "a rung was fired 2 times")


def test_i4_a_clock_that_spoke_after_its_end(city: City) -> None:
    due_items(city, 1)
    scan()
    timers = Timer.objects.filter(firings__superseded=False)
    timers.update(ended_at=timezone.now() - timedelta(days=1), fire_at=None)
    sees("I4", "a clock spoke after it had ended")


def test_i4_an_open_item_without_a_clock(item: WorkItem) -> None:
    Timer.objects.filter(item=item).update(ended_at=Now(), fire_at=None)
    sees("I4", "is open and no clock runs")


def test_i5_somebody_told_twice(item: WorkItem) -> None:
    message = Message.objects.first()
    message.pk, message.dedup_key = None, f"{message.dedup_key}:again"
    message.save()
    sees("I5", f"{message.recipient.username} was told 2 times")


def test_i5_a_clock_that_nobody_heard(city: City) -> None:
    due_items(city, 1)
    scan()
    Message.objects.filter(kind="escalate").delete()
    sees("I5", "and nobody heard it")


def test_i5_a_message_that_is_not_on_its_way(item: WorkItem) -> None:
    Delivery.objects.filter(message__notice_class="mandatory").delete()
    sees("I5", "and is not on its way")


def test_i6_sent_and_never_arrived(item: WorkItem) -> None:
    deliver_one()
    sees("I6", "sent 1 to 1 times by our record, 0 times by the gateway's", Scene(records=[]))


def test_i6_sent_twice_without_a_doubt(item: WorkItem) -> None:
    sees("I6", "sent 1 to 1 times by our record, 2 times", Scene(records=sent(deliver_one(), times=2)))


def test_i6_something_that_nobody_sent(item: WorkItem) -> None:
    sees("I6", "nobody sent this", Scene(records=[Record("sms", "138", "x", "ok", True)]))


def test_i6_put_aside_and_sent_all_the_same(item: WorkItem) -> None:
    delivery = Delivery.objects.first()
    records = sent(delivery)
    Delivery.objects.filter(pk=delivery.pk).update(state="suppressed", next_attempt_at=None, last_error="x")
    sees("I6", "sent 0 to 0 times by our record, 1 times by the gateway's", Scene(records=records))


@pytest.mark.parametrize("word", ["changed", "deleted"])
def test_i7_a_history_that_can_be_rewritten(item: WorkItem, word: str) -> None:
    defenceless("workflow_event")
    sees("I7", f"an event can be {word}")


def test_i8_a_file_that_was_altered(city: City, item: WorkItem, tmp_path: Path) -> None:
    walking.submit(city, item)
    path = tmp_path / Evidence.objects.get().path
    path.chmod(0o600)
    path.write_bytes(b"another picture")
    sees("I8", "is altered")


def test_i8_a_file_that_no_row_knows(city: City, item: WorkItem, tmp_path: Path) -> None:
    walking.submit(city, item)
    path = tmp_path / Evidence.objects.get().path
    path.with_name("stray").write_bytes(b"?")
    sees("I8", "no row knows the file")


def test_i9_one_key_with_two_effects(item: WorkItem) -> None:
    told = [
        Answer(item.number, action, "k", 200, version, at=NOW) for action, version in (("assign", 2), ("accept", 3))
    ]
    sees("I9", "the key k had 2 effects", Scene(answers=told))


def test_i9_a_success_without_a_record(item: WorkItem) -> None:
    sees("I9", "is not on record", Scene(answers=[Answer(item.number, "accept", "k", 200, 3, at=NOW)]))


def test_i10_somebody_told_who_may_not_see(item: WorkItem) -> None:
    reader = deliver_one().recipient
    Membership.objects.filter(user=reader).delete()
    sees("I10", f"{reader.username} was told of {item.number}, which he may not see")
    before = Scene(rights_since=timezone.now() + timedelta(seconds=1))
    assert not [found for found in check_invariants(before) if found.startswith("I10")], "he was told before"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer("1", "accept", "k", 500, code="server-error", at=NOW), "answered with 500, though all was well"),
        (Answer("1", "accept", "k", 503, code="unavailable", retry_after="5", at=NOW + 9), "503, though all was well"),
        (Answer("1", "accept", "k", 500, code="server-error", at=NOW), "failed without a clear 503"),
        (Answer("1", "accept", "k", 503, code="unavailable", at=NOW), "failed without a clear 503"),
        (Answer("1", "accept", "k", 0, at=NOW + 9), "was not answered"),
    ],
)
def test_i11_failures(city: City, answer: Answer, sentence: str) -> None:
    windows = [(NOW - 1, NOW + 1)] if "without" in sentence or answer.at > NOW else []
    sees("I11", sentence, Scene(answers=[answer], windows=windows))


def test_i12_a_delivery_that_should_have_gone(item: WorkItem) -> None:
    Delivery.objects.update(next_attempt_at=Now() - timedelta(minutes=2))
    sees("I12", "should have gone out")


def test_i12_a_delivery_in_dead_hands(item: WorkItem) -> None:
    past = Now() - timedelta(minutes=2)
    first = Delivery.objects.first()
    leased = {"lease_owner": uuid4(), "lease_until": Now(), "claimed_at": past, "attempts": 1}
    Delivery.objects.filter(pk=first.pk).update(state="sending", next_attempt_at=None, **leased)
    sees("I12", "is still in somebody's hands")


def test_i12_an_attempt_that_was_never_settled(item: WorkItem) -> None:
    DeliveryAttempt.objects.create(delivery=Delivery.objects.first(), n=1)
    sees("I12", "was never settled")


def test_i12_calls_that_nobody_takes(city: City) -> None:
    sees("I12", "3 calls wait in the queue kick", Scene(queued={"kick": 3}))
