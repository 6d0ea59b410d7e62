"""The ladder among people: who hears at which height, what becomes of a vacant post, what one person hears once."""

from datetime import date, timedelta

import pytest

from accounts.models import Membership, User
from accounts.roles import Role
from notifications.models import Alarm, Message
from tests.people import appoint, hire
from tests.walking import accept, register, walk
from tests.workflow.late import START, late_item, overdue_by
from workflow import services
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import RungFiring, WorkItem
from workflow.services.decomposition import Part

CLERK, HEAD = {"environment_clerk"}, {"environment_head"}
OFFICE, SUPERVISORS = {"dispatcher", "second_dispatcher"}, {"supervisor", "second_supervisor"}
LEADER = {"city_leader"}


def told_at(item: WorkItem, days: int) -> set[str]:
    """Who hears of the clock so many days after the deadline."""
    scan(overdue_by(days))
    event = item.events.filter(data__clock="deadline").latest("id")
    found = Message.objects.filter(dedup_key__startswith=f"event:{event.pk}:")
    return set(found.values_list("recipient__username", flat=True))


@pytest.mark.parametrize(
    ("days", "measure", "people"),
    [
        (-7, "reminder", CLERK | HEAD),  # a head handles items as well
        (1, "warning", CLERK | HEAD),
        (7, "supervision_order", CLERK | HEAD | OFFICE | SUPERVISORS),
        (15, "bulletin", CLERK | HEAD | OFFICE | SUPERVISORS | LEADER),
        (30, "interview", CLERK | HEAD | OFFICE | SUPERVISORS | LEADER),
        (60, "referral", CLERK | HEAD | OFFICE | SUPERVISORS | LEADER),
        (67, "referral", CLERK | HEAD | OFFICE | SUPERVISORS | LEADER),
    ],
)
def test_each_step_goes_higher(city, days, measure, people):
    item = walk(city, State.RECTIFYING, now=START)
    assert told_at(item, days) == people
    assert item.events.latest("id").data["measure"] == measure


def test_what_is_proposed_already_is_not_brought_before_the_supervisor_every_week(city):
    item = late_item(city, days=60)
    assert told_at(item, 67) == CLERK | HEAD | OFFICE | LEADER


def test_the_person_is_resolved_when_the_step_is_due(city):
    item = walk(city, State.RECTIFYING, now=START)
    Membership.objects.filter(user=city.environment_head).delete()
    hire("new_head", Role.HEAD, city.environment)
    assert told_at(item, 1) == CLERK | {"new_head"}


# -- vacant posts ------------------------------------------------------------------------------------------------------


def leave(*people: User) -> None:
    Membership.objects.filter(user__in=people).delete()


def alarms() -> list[str]:
    return list(Alarm.objects.filter(kind="vacant", cleared_at=None).order_by("key").values_list("key", flat=True))


def test_a_vacant_post_leaves_its_notice_to_the_next_level_and_raises_an_alarm(city):
    item = walk(city, State.RECTIFYING, now=START)
    leave(city.environment_clerk, city.environment_head)
    assert told_at(item, 1) == OFFICE
    assert alarms() == [f"vacant:{city.environment.pk}:clerk", f"vacant:{city.environment.pk}:department_head"]


def test_above_an_office_without_anybody_the_city_leader_hears(city):
    item = walk(city, State.RECTIFYING, now=START)
    leave(city.environment_clerk, city.environment_head, city.dispatcher, city.second_dispatcher)
    assert told_at(item, 1) == LEADER


def test_where_there_is_no_city_leader_the_supervisors_hear(city):
    item = walk(city, State.RECTIFYING, now=START)
    leave(city.city_leader)
    assert told_at(item, 15) >= SUPERVISORS
    assert alarms() == [f"vacant:{city.government.pk}:city_leader"]


def test_somebody_whose_term_is_over_holds_no_post(city):
    item = walk(city, State.RECTIFYING, now=START)
    leave(city.environment_head)
    appoint(city.xixia_head, Role.HEAD, city.environment, valid_to=date(2020, 1, 1))
    assert told_at(item, 1) == CLERK | OFFICE


def test_the_alarm_ends_when_somebody_holds_the_post_again(city):
    item = walk(city, State.RECTIFYING, now=START)
    leave(city.environment_clerk, city.environment_head)
    told_at(item, 1)
    hire("new_head", Role.HEAD, city.environment)
    hire("new_clerk", Role.CLERK, city.environment)
    told_at(item, 7)
    assert alarms() == []


def test_a_held_post_raises_nothing(city):
    told_at(walk(city, State.RECTIFYING, now=START), 60)
    assert alarms() == []


# -- after an outage ---------------------------------------------------------------------------------------------------


def test_after_an_outage_the_highest_step_is_told_and_those_below_are_on_record(city):
    item = late_item(city, days=31)
    firings = RungFiring.objects.filter(timer__item=item, timer__clock="deadline").order_by("pk")
    assert list(firings.values_list("rung__measure", "superseded")) == [
        *[("reminder", True)] * 5,
        ("warning", True),
        ("supervision_order", True),
        ("bulletin", True),
        ("interview", False),
    ]
    assert Message.objects.filter(kind="escalate", recipient=city.environment_clerk).count() == 1


# -- the whole and its parts -------------------------------------------------------------------------------------------


def family(city) -> tuple[WorkItem, WorkItem]:
    """A whole that the environment bureau leads, and a part of it that Tongbai has; both are due on one day."""
    whole = walk(city, State.RECTIFYING, now=START)
    services.decompose(whole, by=city.dispatcher, parts=[Part(city.tongbai)], now=START)
    return whole, accept(city, whole.children.get(), now=START)


def heard(user: User) -> list[str]:
    found = Message.objects.filter(kind__in=["remind", "escalate"], recipient=user).order_by("pk")
    return list(found.values_list("url", flat=True))


def test_who_hears_of_the_whole_hears_of_its_part_in_the_same_notice(city):
    whole, part = family(city)
    scan(overdue_by(7))
    assert heard(city.dispatcher) == [f"/items/{whole.number}/"]
    assert part.number in Message.objects.get(kind="escalate", recipient=city.dispatcher).body
    assert heard(city.tongbai_clerk) == [f"/items/{part.number}/"]


def test_who_leads_the_whole_is_not_told_of_the_part_of_another(city):
    family(city)
    scan(overdue_by(7))
    body = Message.objects.get(kind="escalate", recipient=city.environment_clerk).body
    assert "子事项" not in body


def test_a_part_that_is_later_than_the_whole_is_told_by_itself(city):
    whole, part = family(city)
    services.decide_extension(
        services.request_extension(
            whole, by=city.environment_clerk, due_on=whole.due_on + timedelta(days=20), reason="雨季。", now=START
        ),
        by=city.dispatcher,
        approved=True,
        reason="同意。",
        now=START,
    )
    scan(overdue_by(7))
    assert f"/items/{part.number}/" in heard(city.dispatcher)


# -- what a notice carries ---------------------------------------------------------------------------------------------


def test_notices_of_the_clock_say_what_they_are_about_on_which_day_and_while_what_runs(city):
    item = late_item(city, days=1)
    timer = item.timers.get(ended_at=None, clock="deadline")
    notice = Message.objects.get(kind="escalate", recipient=city.environment_clerk)
    assert (notice.about, notice.occasion, notice.holds_while) == (
        f"item:{item.pk}",
        "clock:2025-05-03",
        f"timer:{timer.pk}",
    )


@pytest.mark.parametrize(("days", "weight"), [(-7, "digestible"), (1, "mandatory"), (30, "mandatory")])
def test_a_reminder_may_be_digested_and_what_is_overdue_may_not_be_turned_off(city, days, weight):
    late_item(city, days)
    assert Message.objects.filter(recipient=city.environment_clerk).latest("pk").notice_class == weight


@pytest.mark.parametrize(("days", "urgent"), [(1, False), (7, True), (15, False), (30, True), (60, True)])
def test_orders_interviews_and_referrals_pass_quiet_hours(city, days, urgent):
    late_item(city, days)
    assert Message.objects.filter(kind="escalate", recipient=city.environment_head).latest("pk").is_urgent is urgent


def test_registering_is_no_occasion(city):
    register(city)
    assert not Message.objects.exclude(occasion="").exists()
