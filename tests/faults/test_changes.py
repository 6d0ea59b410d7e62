"""What changes while something is under way: rights, the ladder, a deadline. The old or the new holds, never both."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from notifications.models import Delivery
from tests.faults.clients import Machine
from tests.faults.house import SCAN, House, happened, wait_until
from tests.faults.load import NO_MESSAGES, due_items, firings, in_work, mail_is_out, told
from tests.faults.oracle import assert_all_is_well
from tests.walking import TERM, accept, assign, register, walk
from workflow import services
from workflow.lifecycle import State as ItemState
from workflow.models import Event, IdempotencyRecord, Procedure, Run, Timer, WorkItem
from workflow.services.procedures import revise, rungs_of

pytestmark = pytest.mark.faults
State = Delivery.State
SINCE = timedelta(days=40)  # in work; the reminder thirty days before the deadline was due ten days ago


def test_f49_rights_taken_while_a_notice_waits(house: House) -> None:
    """The clerk leaves the bureau; what waits for him is not sent, the others get theirs."""
    item = in_work(house.city)
    services.nudge(item, by=house.city.dispatcher, note="请抓紧。")
    clerk, head = house.city.environment_clerk, house.city.environment_head
    waiting = Delivery.objects.filter(recipient=clerk, state=State.PENDING, message__about=f"item:{item.pk}")
    happened(waiting.exists(), "something waits for him")
    Membership.objects.filter(user=clerk).delete()
    taken = timezone.now()
    house.worker()
    mail_is_out(house)
    his = Delivery.objects.filter(recipient=clerk, message__about=f"item:{item.pk}")
    assert set(his.values_list("state", "last_error")) == {
        (State.SUPPRESSED, "the reader may not see the item any more")
    }
    assert clerk.email not in {record.to for record in house.executed("smtp")}
    assert head.email in {record.to for record in house.executed("smtp")}
    assert_all_is_well(house, rights_since=taken)


def test_f49_rights_taken_from_a_machine_that_repeats(house: House) -> None:
    """Its first answer is on record; it is not read out again to somebody who may not see the item any more."""
    house.web()
    item, machine = in_work(house.city), Machine(house, house.city.environment)
    assert machine.report(item, "k-first").is_ok
    item.version -= 1
    assert machine.report(item, "k-first").is_replay
    happened(IdempotencyRecord.objects.filter(key="k-first").exists(), "the answer is on record")
    Membership.objects.filter(user=machine.user).delete()
    item.version -= 1
    told_ = machine.report(item, "k-first")
    assert (told_.status, told_.is_replay) == (404, False)
    assert Event.objects.filter(item=item, action="report").count() == 1


def test_f50_ladder_edited_while_clocks_run(house: House) -> None:
    """What runs keeps the ladder it began with; what begins now goes by the new one."""
    started = timezone.now() - TERM - timedelta(days=3)
    before = due_items(house.city, 4)
    old = before[0].procedure
    new = _without_warnings_before_day(5, old, house)
    after = [_in_work_since(started, house) for _n in range(4)]
    happened({item.procedure_id for item in after} == {new.pk} != {old.pk}, "the ladder changed between them")
    house.worker()
    house.wake(SCAN, "kick")
    spoken = Event.objects.filter(action="escalate", data__clock="deadline")
    wait_until(lambda: spoken.count() == 4, "the old ladder speaks on its third day")
    house.wake(SCAN, "kick")
    mail_is_out(house)
    assert set(spoken.values_list("item", flat=True)) == {item.pk for item in before}
    assert not spoken.filter(item__in=after).exists(), "the new ladder was not asked"
    assert not Timer.objects.filter(item__in=before, rung__procedure=new).exists()
    assert_all_is_well(house)


def _without_warnings_before_day(day: int, old: Procedure, house: House) -> Procedure:
    """The office lets the first warning about a deadline come later."""
    rungs = [rung for rung in rungs_of(old) if rung.clock != "deadline" or not 0 < rung.offset_days < day]
    city = house.city
    return revise(
        old, office=city.office, by=city.dispatcher, reason="市里有新规定。", seen_revision=old.revision, rungs=rungs
    )


def _in_work_since(moment: object, house: House) -> WorkItem:
    return accept(house.city, assign(house.city, register(house.city, now=moment), now=moment), now=moment)


def asked_for_more_time(house: House) -> tuple[WorkItem, Timer]:
    """The lead has asked for an extension; the clock of the present deadline is due, and nobody has scanned."""
    item = walk(house.city, ItemState.RECTIFYING, now=timezone.now() - SINCE)
    later = item.due_on + timedelta(days=30)
    city = house.city
    item = services.request_extension(item, by=city.environment_clerk, due_on=later, reason="雨季停工。")
    return item, Timer.objects.get(item=item, clock="deadline", ended_at=None)


def grant(item: WorkItem, house: House) -> WorkItem:
    return services.decide_extension(item, by=house.city.dispatcher, approved=True, reason="情况属实。")


def scans() -> object:
    """When the last scan ended."""
    return Run.objects.filter(job="scan").values_list("ended_at", flat=True).first()


def test_f51_extension_before_the_scan(house: House) -> None:
    """The extension is granted and not yet committed when the scan comes by: it goes round the item, for ever."""
    item, timer = asked_for_more_time(house)
    house.worker()
    with transaction.atomic():
        item = grant(item, house)
        assert house.ask("SELECT fire_at < now() FROM workflow_timer WHERE id = %s", timer.pk), "it is due"
        house.wake(SCAN, "kick")
        happened(lambda: house.ask("SELECT count(*) FROM workflow_run WHERE job = 'scan'") == 1, "a scan came by")
    before = scans()
    house.wake(SCAN, "kick")
    wait_until(lambda: scans() > before, "another scan")
    assert (told(), firings()) == (0, 0), "the old deadline spoke"
    _the_new_deadline_runs(item, timer)
    mail_is_out(house)
    assert_all_is_well(house)


def test_f51_scan_before_the_extension(house: House) -> None:
    """The scan has spoken and not yet committed when the extension is granted: it waits, both stand, told once."""
    item, timer = asked_for_more_time(house)
    worker = house.worker()

    def in_another_thread() -> WorkItem:
        try:
            return grant(item, house)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with house.held(NO_MESSAGES):
            house.wake(SCAN, "kick")
            happened(lambda: house.is_mid_transaction(worker), "the scan has spoken and not committed")
            granting = pool.submit(in_another_thread)
            blocked = (
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'test' AND wait_event_type = 'Lock'"
            )
            happened(lambda: house.ask(blocked), "the extension waits for the scan")
        granted = granting.result()
    wait_until(lambda: told() == 1, "the scan commits")
    assert firings() == 1
    _the_new_deadline_runs(granted, timer)
    mail_is_out(house)
    assert_all_is_well(house)


def _the_new_deadline_runs(item: WorkItem, old: Timer) -> None:
    old.refresh_from_db()
    running = Timer.objects.get(item=item, clock="deadline", ended_at=None)
    assert old.ended_at and old.fire_at is None
    assert (running.due_on, running.generation) == (item.due_on, old.generation + 1)
    assert running.due_on > old.due_on
