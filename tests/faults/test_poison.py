"""Rows that cannot be handled: the others go on, somebody is told, and what was wrong can be put right."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from notifications.models import Alarm, Delivery
from tests.faults.clients import browser
from tests.faults.house import SCAN, House, happened, wait_until
from tests.faults.load import crowd, due_items, firings, mail_is_out, told
from tests.faults.oracle import assert_all_is_well
from tests.notifications.drafts import tell
from workflow.models import Rung, Timer

pytestmark = pytest.mark.faults
State = Delivery.State


def test_f39_deliveries_that_cannot_be_made(house: House) -> None:
    """No such address, refused for good, refused again and again, gone: four ends; the others get their mail."""
    nowhere, refused, weary, gone, *others = crowd(20)
    house.gateway.follow({f"smtp {refused.email}": "errcode 550", f"smtp {weary.email}": "errcode 451"})
    tell(nowhere, refused, weary, gone, *others)
    type(nowhere).objects.filter(pk=nowhere.pk).update(email="no address")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    house.worker("mail", "kick")
    mail_is_out(house)
    tried = [record.behaviour for record in house.gateway.records if record.to in (refused.email, weary.email)]
    happened(tried.count("errcode") == len(tried) > 5, "the gateway refused them")
    assert _state(nowhere) == _state(refused) == _state(weary) == State.DEAD
    assert _state(gone) == State.SUPPRESSED
    assert {_state(other) for other in others} == {State.SENT}
    assert_all_is_well(house)
    _replay(house, refused)


def _state(reader: object) -> str:
    return Delivery.objects.get(recipient=reader).state


def _replay(house: House, reader: object) -> None:
    """An operator sees it and sends it once more, now that the other side takes it."""
    house.gateway.follow({})
    house.web()
    operator, dead = browser(house, house.city.system_admin), Delivery.objects.get(recipient=reader)
    page = operator.get("/notifications/operations/")
    assert page.status_code == 200 and f"/{dead.pk}/" in page.text, "the operator does not see it"
    token = {"X-CSRFToken": operator.cookies["csrftoken"], "Referer": house.url}
    assert operator.post(f"/notifications/operations/deliveries/{dead.pk}/resend/", headers=token).status_code == 302
    mail_is_out(house)
    assert _state(reader) == State.SENT
    assert_all_is_well(house)


def test_f40_a_clock_that_cannot_be_fired(house: House) -> None:
    """Its next rung is none of its ladder: it is put off by an hour with an alarm, the others speak."""
    items = due_items(house.city, 8)
    poisoned = Timer.objects.get(item=items[3], clock="deadline", ended_at=None)
    right, wrong = poisoned.rung_id, Rung.objects.filter(procedure=items[3].procedure, clock="look_back").first()
    Timer.objects.filter(pk=poisoned.pk).update(rung=wrong)
    worker = house.worker()
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == 7, "the others speak")
    wait_until(lambda: Alarm.objects.filter(key=f"poisoned:{poisoned.pk}", cleared_at=None).exists(), "an alarm")
    happened(f"timer {poisoned.pk} failed" in house.log(worker), "one clock could not be fired")
    assert Timer.objects.filter(pk=poisoned.pk, fire_at__gt=Now() + timedelta(minutes=58)).exists()
    Timer.objects.filter(pk=poisoned.pk).update(rung=right, fire_at=Now())
    house.wake(SCAN, "kick")
    wait_until(lambda: told() == 8, "put right, it speaks")
    assert firings() == 8
    house.wake("workflow.tasks.audit_clocks", "kick")
    wait_until(lambda: not Alarm.objects.filter(kind="poisoned", cleared_at=None).exists(), "the alarm is over")
    mail_is_out(house)
    assert_all_is_well(house)
