"""Splitting an item: who gets a part, what the whole waits for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Department
from tests.people import City
from tests.walking import accept, add_evidence, approve, shanghai, submit, verify, void, walk
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.services.decomposition import Part


def split(city: City, item: WorkItem, *parts: Part, **given: object) -> WorkItem:
    return services.decompose(item, by=city.dispatcher, parts=parts, **given)


def closed(city: City, item: WorkItem) -> WorkItem:
    """The rest of the road for an own finding that was handed out."""
    return approve(city, verify(city, submit(city, accept(city, item))))


@pytest.fixture
def whole(city: City) -> WorkItem:
    return walk(city, State.RECTIFYING, procedure="own-finding")


def test_each_part_is_handed_out_at_once_with_the_elements_of_the_whole(city, whole):
    split(city, whole, Part(city.tongbai), Part(city.xixia))
    parts = whole.children.order_by("number")
    assert [(part.lead, part.state, part.due_on) for part in parts] == [
        (city.tongbai, State.ASSIGNED, whole.due_on),
        (city.xixia, State.ASSIGNED, whole.due_on),
    ]
    assert {(part.measures, part.standard, part.procedure) for part in parts} == {
        (whole.measures, whole.standard, whole.procedure)
    }


def test_parts_carry_the_number_of_the_whole(city, whole):
    split(city, whole, Part(city.tongbai))
    split(city, whole, Part(city.xixia))
    assert list(whole.children.order_by("number").values_list("number", flat=True)) == [
        f"{whole.number}-01",
        f"{whole.number}-02",
    ]


def test_the_whole_stays_where_it_is(city, whole):
    assert split(city, whole, Part(city.tongbai)).state == State.RECTIFYING


def test_a_part_may_have_its_own_title_and_an_earlier_deadline(city, whole):
    split(city, whole, Part(city.tongbai, "桐柏段", whole.due_on - timedelta(days=5)))
    part = whole.children.get()
    assert (part.title, part.due_on) == ("桐柏段", whole.due_on - timedelta(days=5))


def test_a_part_is_never_due_later_than_the_whole(city, whole):
    refusal = refusal_of(split, city, whole, Part(city.tongbai, "", whole.due_on + timedelta(days=1)))
    assert list(refusal.errors) == ["parts.0.due_on"]


def test_every_wrong_deadline_is_said_at_its_part(city, whole):
    late, past = whole.due_on + timedelta(days=1), timezone.localdate() - timedelta(days=1)
    parts = [Part(city.tongbai, "", late), Part(city.water), Part(city.xixia, "", past)]
    refusal = refusal_of(split, city, whole, *parts, due_on=late)
    assert set(refusal.errors) == {"parts.0.due_on", "parts.2.due_on", "due_on"}


def test_one_deadline_holds_for_all_that_have_none_of_their_own(city, whole):
    early, common = timezone.localdate() + timedelta(days=1), timezone.localdate() + timedelta(days=9)
    split(city, whole, Part(city.tongbai), Part(city.xixia, "", early), due_on=common)
    assert dict(whole.children.values_list("lead__name", "due_on")) == {"桐柏县": common, "西峡县": early}


def test_when_one_part_is_refused_none_is_made(city, whole):
    refusal_of(split, city, whole, Part(city.xixia), Part(city.tongbai, "", whole.due_on + timedelta(days=1)))
    assert not whole.children.exists()


def test_every_jurisdiction_gets_a_part(city, whole):
    services.decompose(whole, by=city.dispatcher, group="all_jurisdictions")
    leads = Department.objects.filter(pk__in=whole.children.values("lead"))
    assert leads.filter(kind="county").count() == 13
    assert leads.filter(kind="zone").count() == 4


def test_a_jurisdiction_that_did_not_exist_yet_gets_no_part(city):
    early = shanghai(2023, 9, 4)
    whole = walk(city, State.RECTIFYING, procedure="own-finding", now=early)
    services.decompose(whole, by=city.dispatcher, group="all_jurisdictions", now=early)
    assert whole.children.count() == 16


def test_a_department_that_has_a_part_gets_no_second_one(city, whole):
    split(city, whole, Part(city.tongbai))
    refusal = refusal_of(split, city, whole, Part(city.tongbai))
    assert (refusal.code, whole.children.count()) == ("no-parts", 1)


def test_who_had_a_part_already_is_left_out_and_named(city, whole):
    split(city, whole, Part(city.tongbai))
    item = split(city, whole, Part(city.tongbai), Part(city.xixia))
    data = item.events.latest("id").data
    assert (data["left_out"], [part["department"] for part in data["parts"]]) == (["桐柏县"], ["西峡县"])


def test_a_department_named_twice_gets_one_part(city, whole):
    split(city, whole, Part(city.tongbai), Part(city.tongbai))
    assert whole.children.count() == 1


def test_a_department_whose_part_was_void_gets_a_new_one(city, whole):
    split(city, whole, Part(city.tongbai))
    void(city, whole.children.get())
    split(city, whole, Part(city.tongbai))
    assert whole.children.count() == 2


@pytest.mark.parametrize("group", ["", "departments_unresolved", "everybody"])
def test_nobody_named_is_refused(city, whole, group):
    refusal = refusal_of(services.decompose, whole, by=city.dispatcher, group=group)
    assert list(refusal.errors) == ["parts"]


def test_a_part_is_not_split_again(city, whole):
    split(city, whole, Part(city.tongbai))
    assert refusal_of(split, city, whole.children.get(), Part(city.xixia)).code == "is-a-part"


def test_the_whole_cannot_be_submitted_while_a_part_is_open(city, whole):
    split(city, whole, Part(city.tongbai))
    refusal = refusal_of(submit, city, whole)
    assert refusal.code == "open-children"
    assert f"{whole.number}-01" in str(refusal)


def test_the_whole_is_submitted_when_every_part_is_closed_or_void(city, whole):
    split(city, whole, Part(city.tongbai), Part(city.xixia))
    first, second = whole.children.order_by("number")
    closed(city, first)
    void(city, second)
    assert submit(city, whole).state == State.VERIFYING


def test_a_part_is_not_reopened_under_a_whole_that_was_submitted(city, whole):
    split(city, whole, Part(city.tongbai))
    part = closed(city, whole.children.get())
    verify(city, submit(city, whole))
    assert refusal_of(services.reopen, part, by=city.dispatcher, reason="反弹。").code == "parent-submitted"


def test_a_part_is_checked_by_whom_the_whole_is_checked_by(city):
    whole = walk(city, State.RECTIFYING, procedure="central-inspection", departments=[("supervise", city.water)])
    split(city, whole, Part(city.tongbai))
    checking = whole.children.get().assignments.filter(role="verify")
    assert [(row.department, row.stage) for row in checking] == [(city.water, 1), (city.office, 2)]


def test_a_whole_that_is_overdue_can_still_be_split(city):
    whole = walk(city, State.RECTIFYING, procedure="own-finding", now=timezone.now() - timedelta(days=90))
    split(city, whole, Part(city.tongbai))
    assert whole.children.get().due_on == timezone.localdate()


def test_a_part_of_a_closed_whole_is_not_reopened(city, whole):
    split(city, whole, Part(city.tongbai))
    part = closed(city, whole.children.get())
    approve(city, verify(city, submit(city, whole)))
    refusal = refusal_of(services.reopen, part, by=city.dispatcher, reason="反弹。")
    assert refusal.code == "parent-closed"


def test_a_whole_with_open_parts_is_not_declared_void(city, whole):
    split(city, whole, Part(city.tongbai))
    assert refusal_of(void, city, whole).code == "open-children"


def test_each_part_runs_its_own_clocks_and_those_of_the_whole_go_on(city, whole):
    before = set(whole.timers.filter(ended_at__isnull=True).values_list("pk", flat=True))
    split(city, whole, Part(city.tongbai))
    assert set(whole.timers.filter(ended_at__isnull=True).values_list("pk", flat=True)) == before
    assert set(whole.children.get().timers.values_list("clock", flat=True)) == {"accept", "deadline"}


def test_a_part_of_a_long_term_whole_needs_no_date(city):
    whole = walk(city, State.RECTIFYING, procedure="own-finding")
    WorkItem.objects.filter(pk=whole.pk).update(deadline_kind="long_term", due_on=None)
    split(city, whole, Part(city.tongbai))
    assert whole.children.get().due_on is None


def test_evidence_of_a_part_is_not_evidence_of_the_whole(city, whole):
    split(city, whole, Part(city.tongbai))
    part = accept(city, whole.children.get())
    add_evidence(part, city.tongbai_clerk)
    closed_part = approve(city, verify(city, services.submit(part, by=city.tongbai_clerk, summary="完成。")))
    assert closed_part.state == State.CLOSED
    refusal = refusal_of(services.submit, whole, by=city.environment_clerk, summary="完成。", now=timezone.now())
    assert refusal.code == "no-evidence"


# -- how far the whole is ----------------------------------------------------------------------------------------------


def percent(whole: WorkItem) -> int:
    whole.refresh_from_db()
    return whole.percent


@pytest.fixture
def parts(city: City, whole: WorkItem) -> list[WorkItem]:
    """Two that were accepted: of Tongbai and of Xixia."""
    split(city, whole, Part(city.tongbai), Part(city.xixia))
    return [accept(city, part) for part in whole.children.order_by("number")]


def test_the_whole_is_as_far_as_its_parts_are_in_the_mean(city, whole, parts):
    services.report(parts[0], by=city.tongbai_clerk, text="过半。", percent=55)
    assert percent(whole) == 27
    closed_part = approve(city, verify(city, submit(city, parts[1])))
    assert (closed_part.state, percent(whole)) == (State.CLOSED, 77)


def test_a_part_that_comes_back_takes_the_whole_along(city, whole, parts):
    done = approve(city, verify(city, submit(city, parts[0])))
    assert percent(whole) == 50
    services.reopen(done, by=city.dispatcher, reason="反弹。")
    assert percent(whole) == 0


def test_a_void_part_does_not_count(city, whole, parts):
    services.report(parts[0], by=city.tongbai_clerk, text="过半。", percent=60)
    void(city, parts[1])
    assert percent(whole) == 60


def test_splitting_an_item_begins_with_what_the_parts_have(city, whole):
    services.report(whole, by=city.environment_clerk, text="过半。", percent=60)
    assert split(city, whole, Part(city.tongbai)).percent == percent(whole) == 0


def test_almost_done_is_not_done(city, whole, parts):
    services.report(parts[0], by=city.tongbai_clerk, text="完成。", percent=99)
    submit(city, parts[1])
    assert percent(whole) == 99


def test_the_version_of_the_whole_is_its_own(city, whole, parts):
    whole.refresh_from_db()
    services.report(parts[0], by=city.tongbai_clerk, text="过半。", percent=55)
    seen = whole.version
    assert (percent(whole), whole.version) == (27, seen)
    assert services.report(whole, by=city.environment_clerk, text="已督促。", version=seen).version == seen + 1


def test_the_figure_of_the_lead_is_kept_but_not_taken_while_there_are_parts(city, whole, parts):
    item = services.report(whole, by=city.environment_clerk, text="已督促。", percent=90)
    assert (item.percent, percent(whole), whole.reports.get().percent) == (0, 0, 90)


def test_a_reopened_whole_whose_parts_are_closed_goes_by_its_lead_again(city, whole):
    split(city, whole, Part(city.tongbai))
    closed(city, whole.children.get())
    done = approve(city, verify(city, submit(city, whole)))
    services.reopen(done, by=city.dispatcher, reason="反弹。")
    services.report(whole, by=city.environment_clerk, text="重新整改。", percent=40)
    assert percent(whole) == 40
