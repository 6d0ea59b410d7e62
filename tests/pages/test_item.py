"""The page of an item: what is on record, what can be done, and why not."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.roles import Role
from tests import people, walking
from tests.pages.reading import part, queries, tags_of, text_of
from tests.walking import shanghai, walk
from workflow import deadline_scan, services
from workflow.lifecycle import State
from workflow.models import CalendarDay, Milestone, Target, WorkItem


def url(item: WorkItem) -> str:
    return f"/items/{item.number}/"


def refused(page, action: str) -> str:
    """The sentence beside a button that does not work; the button names it by id."""
    (button,) = [attrs for _, attrs in tags_of(page, "button") if attrs.get("aria-describedby") == f"{action}_why"]
    assert "disabled" in button
    return text_of(part(page, f'id="{action}_why"', "</p>"))


def test_an_item_of_another_department_does_not_exist(city, signed_in):
    item = walk(city, State.ASSIGNED, lead=city.water)
    assert signed_in(city.environment_clerk).get(url(item)).status_code == 404


def test_a_draft_does_not_exist_for_the_department_it_may_go_to(city, signed_in):
    assert signed_in(city.environment_clerk).get(url(walk(city, State.DRAFT))).status_code == 404


def test_administrators_see_no_items(city, signed_in):
    item = walk(city, State.RECTIFYING)
    assert signed_in(city.system_admin).get(url(item)).status_code == 404


@pytest.mark.parametrize("number", ["%00", "WT2026-9999", "新", "a" * 500])
def test_a_number_that_nobody_gave_out_is_not_found(city, signed_in, number):
    assert signed_in(city.dispatcher).get(f"/items/{number}/").status_code == 404


def test_the_head_says_state_turn_and_deadline(city, signed_in):
    item = walk(city, State.RECTIFYING)
    page = text_of(signed_in(city.environment_clerk).get(url(item)))
    assert "整改中" in page
    assert "轮到： 市生态环境局 （牵头单位）" in page
    assert f"整改时限：{item.due_on:%Y}年{item.due_on.month}月{item.due_on.day}日" in page


def test_the_wrong_person_reads_why_the_button_does_not_work(city, signed_in):
    page = signed_in(city.dispatcher).get(url(walk(city, State.ASSIGNED)))
    assert "只有牵头单位可以办理。" in refused(page, "accept")


def test_who_submitted_reads_that_another_must_verify(city, signed_in):
    both = people.hire("both", Role.CLERK, city.office)
    item = walk(city, State.RECTIFYING, lead=city.office)
    item = walking.submit(city, item, by=both)
    page = signed_in(people.appoint(both, Role.VERIFIER, city.office)).get(url(item))
    assert "须由他人验收" in refused(page, "verify")


def test_without_evidence_nothing_can_be_submitted(city, signed_in):
    page = signed_in(city.environment_clerk).get(url(walk(city, State.RECTIFYING)))
    assert "还没有佐证材料" in refused(page, "submit")


def test_what_the_person_came_for_is_open(city, signed_in):
    page = signed_in(city.verifier).get(url(walk(city, State.VERIFYING)))
    opened = [attrs["id"] for _, attrs in tags_of(page, "details") if "open" in attrs and "id" in attrs]
    assert opened == ["verify"]


def test_an_action_that_asks_for_nothing_is_one_button(city, signed_in):
    page = signed_in(city.environment_clerk).get(url(walk(city, State.ASSIGNED)))
    assert '<form class="action" id="accept"' in page.content.decode()


def test_the_assign_form_comes_with_what_the_plan_says(city, signed_in):
    item = walk(city, State.ASSIGNED, departments=[("cooperate", city.water)])
    services.decline(item, by=city.environment_clerk, reason="不属于职责范围")
    form = signed_in(city.dispatcher).get(url(item)).context["offers"][0].form
    assert form["lead"].value() == city.environment.pk
    assert form["cooperate"].value() == [str(city.water.pk)]
    assert form["measures"].value() == "清运垃圾。"


def test_open_questions_of_the_reader_are_put_before_assigning(city, signed_in):
    item = walk(city, State.DRAFT)
    WorkItem.objects.filter(pk=item.pk).update(open_questions=["请确认牵头单位。"])
    assert "请确认牵头单位。" in text_of(signed_in(city.dispatcher).get(url(item)))


def test_parties_stand_by_their_role(city, signed_in):
    item = walk(city, State.ASSIGNED, departments=[("cooperate", city.water), ("implement", city.tongbai)])
    parties = text_of(part(signed_in(city.dispatcher).get(url(item)), 'id="parties-heading"'))
    assert "牵头 市生态环境局 配合 市水利局 尚未知悉 负责落实 桐柏县 尚未知悉" in parties


def test_milestones_and_targets_are_shown(city, signed_in):
    item = walk(city, State.DRAFT)
    Milestone.objects.create(item=item, position=1, text="完成溯源80%", due_on=date(2026, 3, 5), confidence="inferred")
    Target.objects.create(item=item, position=1, text="溯源80%", comparator=">=", value=80, unit="%")
    page = text_of(signed_in(city.dispatcher).get(url(item)))
    assert "2026年3月5日" in page
    assert "推定" in page
    assert ">= 80%" in page


def test_a_clock_in_a_year_without_a_calendar_is_provisional(city, signed_in):
    item = walk(city, State.DRAFT)
    item = walking.assign(city, item, due_on=date(2031, 3, 5))
    clocks = text_of(part(signed_in(city.dispatcher).get(url(item)), 'id="clocks-heading"'))
    assert "2031年3月5日" in clocks
    assert "暂定" in clocks


def test_a_clock_in_a_published_year_is_not(city, signed_in):
    last = CalendarDay.objects.latest("day").day
    start = shanghai(last.year, 1, 8)
    item = walking.assign(city, walk(city, State.DRAFT, now=start), due_on=last, now=start)
    assert "暂定" not in text_of(part(signed_in(city.dispatcher).get(url(item)), 'id="clocks-heading"'))


def test_the_original_deadline_stays_in_sight_after_reopening(city, signed_in):
    item = walk(city, State.CLOSED)
    due_on = walking.day_of(None) + timedelta(days=5)
    again = services.reopen(item, by=city.dispatcher, reason="问题反弹", due_on=due_on)
    page = text_of(signed_in(city.dispatcher).get(url(again)))
    assert "原定时限" in page
    assert "重启整改 1 次" in page
    assert "已销号：完成整改" in page


def test_parts_are_listed_and_lead_back_to_the_whole(city, signed_in):
    whole = walk(city, State.RECTIFYING, now=timezone.now())
    services.decompose(whole, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    child = whole.children.get()
    browser = signed_in(city.environment_clerk)
    assert child.number in text_of(part(browser.get(url(whole)), 'id="children-heading"'))
    assert f'href="{url(whole)}"' in browser.get(url(child)).content.decode()


def test_a_part_does_not_lead_to_a_whole_that_is_hidden(city, signed_in):
    whole = walk(city, State.RECTIFYING, now=timezone.now())
    services.decompose(whole, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    page = signed_in(city.tongbai_clerk).get(url(whole.children.get()))
    assert page.status_code == 200
    assert f'href="{url(whole)}"' not in page.content.decode()


def test_history_is_told_newest_first_with_person_and_department(city, signed_in):
    item = walk(city, State.VERIFYING)
    history = text_of(part(signed_in(city.dispatcher).get(url(item)), 'id="history-heading"'))
    assert history.index("申请验收") < history.index("签收") < history.index("登记")
    assert "生态环境局经办人（市生态环境局）" in history
    assert "垃圾已清运。" in history


def test_notices_that_repeat_are_folded(city, signed_in):
    start = timezone.now() - timedelta(days=100)
    walk(city, State.RECTIFYING, now=start)
    for week in range(14, 0, -1):
        deadline_scan.scan(timezone.now() - timedelta(days=week * 7))
    page = text_of(signed_in(city.dispatcher).get(url(WorkItem.objects.get())))
    assert "此前另有" in page


def test_text_of_people_is_never_markup(city, signed_in):
    item = walking.register(city, title="<script>alert(1)</script>", description="<b>粗</b>")
    page = signed_in(city.dispatcher).get(url(item)).content.decode()
    assert "<script>alert" not in page
    assert "<b>粗" not in page


def test_ids_are_there_once_and_every_field_has_a_label(city, signed_in):
    item = walk(city, State.PUBLICIZING, now=timezone.now())
    services.object_to(item, by=city.dispatcher, text="仍有异味")
    turns = {State.DRAFT: city.dispatcher, State.VERIFYING: city.verifier, State.APPROVING: city.supervisor}
    for state, person in turns.items():
        tags = list(tags_of(signed_in(person).get(url(walk(city, state)))))
        identities = [attrs["id"] for _, attrs in tags if "id" in attrs]
        assert sorted(identities) == sorted(set(identities))
        labelled = {attrs.get("for") for tag, attrs in tags if tag == "label"}
        for tag, attrs in tags:
            if tag in ("input", "select", "textarea") and attrs.get("type") != "hidden":
                assert attrs.get("id") in labelled, attrs


def test_the_page_costs_the_same_however_much_is_on_record(city, signed_in):
    item = walk(city, State.RECTIFYING, now=timezone.now())
    walking.add_evidence(item, city.environment_clerk)
    services.report(item, by=city.environment_clerk, text="进行中", percent=10)
    services.decompose(item, by=city.dispatcher, parts=[services.decomposition.Part(city.tongbai)])
    browser = signed_in(city.environment_clerk)
    few = queries(lambda: browser.get(url(item)))
    for percent in range(20, 60, 10):
        services.report(item, by=city.environment_clerk, text="进行中", percent=percent)
        walking.add_evidence(item, city.environment_clerk)
    services.decompose(item, by=city.dispatcher, parts=[services.decomposition.Part(city.xixia)])
    assert queries(lambda: browser.get(url(item))) == few <= 52
