"""Who is told of what, in which language, and never of his own deed."""

from datetime import timedelta

import pytest
from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from notifications.models import Delivery, Message
from tests.walking import accept, approve, assign, register, shanghai, submit, verify, void, walk
from tests.workflow.asking import refusal_of
from workflow import deadline_scan, services
from workflow.lifecycle import Action, State
from workflow.models import WorkItem
from workflow.notices import NOTICES

LEAD = {"environment_clerk", "environment_head"}
DISPATCHERS = {"dispatcher", "second_dispatcher"}
VERIFIERS = {"verifier", "second_verifier"}
SUPERVISORS = {"supervisor", "second_supervisor"}


def told(item: WorkItem, action: str) -> set[str]:
    """Who got a message of this kind about the item."""
    messages = Message.objects.filter(kind=action, url__contains=item.number)
    return set(messages.values_list("recipient__username", flat=True))


def test_registering_tells_nobody(city):
    register(city)
    assert not Message.objects.exists()


def test_assigning_tells_every_responsible_department(city):
    parties = [("joint", city.water), ("supervise", city.xixia)]
    item = walk(city, State.ASSIGNED, departments=parties)
    assert told(item, "assign") == LEAD | {"water_clerk", "water_head"}


def test_who_acts_is_not_told_of_it(city):
    item = accept(city, walk(city, State.ASSIGNED))
    assert told(item, "accept") == DISPATCHERS
    assert told(void(city, item), "void") == LEAD
    assert told(services.object_to(walk(city, State.PUBLICIZING), by=city.dispatcher, text="否"), "object") == (
        LEAD | {"second_dispatcher"}
    )


def test_declining_tells_the_dispatchers(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局。")
    assert told(item, "decline") == DISPATCHERS


def test_submitting_tells_those_who_verify_and_the_dispatchers(city):
    assert told(walk(city, State.VERIFYING), "submit") == VERIFIERS | DISPATCHERS


def test_a_verifier_of_another_stage_is_not_told_yet(city):
    parties = [("supervise", city.water)]
    item = walk(city, State.VERIFYING, procedure="central-inspection", departments=parties)
    assert told(item, "submit") == {"water_verifier"} | DISPATCHERS
    assert told(verify(city, item), "verify") == VERIFIERS | LEAD


def test_a_return_tells_the_lead(city):
    item = services.return_for_rework(walk(city, State.VERIFYING), by=city.verifier, reason="缺照片。")
    assert told(item, "return") == LEAD


def test_the_end_of_publicity_tells_the_supervisors(city):
    assert told(walk(city, State.APPROVING), "end-publicity") == SUPERVISORS


def test_approval_tells_the_departments_and_the_dispatchers(city):
    assert told(walk(city, State.CLOSED), "approve") == LEAD | DISPATCHERS


def test_rejection_tells_the_lead_and_the_dispatchers(city):
    item = services.reject(walk(city, State.APPROVING), by=city.supervisor, reason="材料不全。")
    assert told(item, "reject") == LEAD | DISPATCHERS


def test_reopening_tells_the_responsible_departments(city):
    item = services.reopen(walk(city, State.CLOSED), by=city.dispatcher, reason="反弹。")
    assert told(item, "reopen") == LEAD


def test_progress_reports_and_decompositions_send_no_mail(city):
    assert Action.REPORT not in NOTICES
    assert Action.DECOMPOSE not in NOTICES


@pytest.mark.parametrize("name", ["auditor", "system_admin", "security_admin", "water_clerk", "tongbai_head"])
def test_those_without_a_part_are_told_nothing(city, name):
    services.reopen(walk(city, State.CLOSED), by=city.dispatcher, reason="反弹。")
    assert not Message.objects.filter(recipient=getattr(city, name)).exists()


def test_who_was_switched_off_is_told_nothing(city):
    User.objects.filter(username="environment_head").update(is_active=False)
    assert told(walk(city, State.ASSIGNED), "assign") == {"environment_clerk"}


def test_somebody_with_two_reasons_to_be_told_is_told_once(city):
    item = walk(city, State.ASSIGNED, departments=[("joint", city.environment)])
    assert Message.objects.filter(recipient=city.environment_clerk, url__contains=item.number).count() == 1


def test_everybody_reads_it_in_his_own_language(city):
    item = accept(city, walk(city, State.ASSIGNED, now=shanghai(2025, 3, 3)))
    for name, day in (("dispatcher", "2025年5月2日"), ("second_dispatcher", "May 2, 2025")):
        reader = getattr(city, name)
        body = Message.objects.get(recipient=reader, kind="accept", url__contains=item.number).body
        with translation.override(reader.language):
            assert gettext("The lead department has accepted the item.") in body
        assert day in body


def test_the_language_of_the_actor_is_left_as_it_was(city):
    with translation.override("en"):
        walk(city, State.RECTIFYING)
        assert translation.get_language() == "en"


def test_a_message_names_number_title_person_and_reason(city):
    item = services.decline(walk(city, State.ASSIGNED), by=city.environment_clerk, reason="不属本局职责。")
    message = Message.objects.get(recipient=city.dispatcher, kind="decline")
    assert item.number in message.subject
    assert item.title in message.subject
    assert "生态环境局经办人" in message.body
    assert "不属本局职责。" in message.body


def test_a_message_leads_to_the_page_of_its_item(city):
    item = walk(city, State.ASSIGNED)
    assert Message.objects.get(recipient=city.environment_clerk).url == f"/items/{item.number}/"


def test_each_message_has_one_delivery_by_mail(city):
    walk(city, State.CLOSED)
    assert Delivery.objects.count() == Message.objects.count() > 0


def test_a_refused_verb_tells_nobody(city):
    item = walk(city, State.RECTIFYING)
    before = Message.objects.count()
    refusal_of(services.submit, item, by=city.environment_clerk, summary="完成。")
    assert Message.objects.count() == before


def test_a_reminder_tells_the_lead_but_not_its_head_nor_the_office(city):
    """The rung of 30 days before speaks to those whose turn it is; a head who handles items is one of them."""
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 3, 3))
    deadline_scan.scan(shanghai(2025, 4, 2, 9))
    assert told(item, "remind") == LEAD


OVERDUE = [  # days after the deadline → who hears of it besides the lead
    (1, set()),
    (7, DISPATCHERS | SUPERVISORS),  # who sign what is proposed
    (15, DISPATCHERS | SUPERVISORS | {"city_leader"}),
    (30, DISPATCHERS | SUPERVISORS | {"city_leader"}),
    (60, DISPATCHERS | SUPERVISORS | {"city_leader"}),
    (67, DISPATCHERS | {"city_leader"}),
]


@pytest.mark.parametrize(("days", "others"), OVERDUE)
def test_each_step_goes_one_level_higher(city, days, others):
    item = walk(city, State.RECTIFYING, now=shanghai(2025, 3, 3))
    deadline_scan.scan(shanghai(2025, 5, 2, 9) + timedelta(days=days - (days == 67) * 7))
    if days == 67:  # what was proposed once is said again without another proposal
        Message.objects.all().delete()
        deadline_scan.scan(shanghai(2025, 5, 2, 9) + timedelta(days=days))
    assert told(item, "escalate") == LEAD | others


def test_an_overdue_acceptance_tells_the_lead_and_later_the_office(city):
    item = assign(city, register(city), now=shanghai(2025, 3, 3))
    deadline_scan.scan(shanghai(2025, 3, 7, 9))
    assert told(item, "escalate") == LEAD
    deadline_scan.scan(shanghai(2025, 3, 11, 9))
    assert told(item, "escalate") == LEAD | DISPATCHERS


def test_nothing_is_said_about_a_closed_item(city):
    item = approve(city, verify(city, submit(city, walk(city, State.RECTIFYING, procedure="own-finding"))))
    before = Message.objects.count()
    deadline_scan.scan(shanghai(2099, 1, 1))
    assert item.state == State.CLOSED
    assert Message.objects.count() == before


def test_a_department_without_people_does_not_stop_the_verb(city):
    User.objects.filter(username__in=LEAD).update(is_active=False)
    assert walk(city, State.ASSIGNED).state == State.ASSIGNED


def test_what_was_never_handed_out_is_nobodys_business_but_the_offices(city):
    item = register(city)
    item.assignments.create(department=city.environment, role="lead")  # as a plan proposes it
    void(city, item)
    assert told(item, Action.VOID) == set()


def test_a_department_that_was_dissolved_hears_nothing_more(city):
    item = walk(city, State.RECTIFYING)
    city.environment.valid_to = shanghai(2020, 1, 1).date()
    city.environment.save(update_fields=["valid_to"])
    void(city, item)
    assert told(item, Action.VOID) == set()
