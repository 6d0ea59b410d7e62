"""Papers on the pages: proposed, signed or not taken, downloaded, answered, and shown to nobody else."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from docx import Document

from tests.api.callers import person, problem
from tests.pages.reading import text_of
from tests.walking import walk
from workflow.deadline_scan import scan
from workflow.lifecycle import State
from workflow.models import Paper, WorkItem


@pytest.fixture
def item(city) -> WorkItem:
    """Nine days after its deadline, today."""
    found = walk(city, State.RECTIFYING, now=timezone.now() - timedelta(days=69))
    scan()
    return WorkItem.objects.get(pk=found.pk)


def act(browser, item: WorkItem, action: str, **given: object):
    version = WorkItem.objects.values_list("version", flat=True).get(pk=item.pk)
    return browser.post(f"/items/{item.number}/actions/{action}/", {"version": version, **given})


def page(browser, item: WorkItem) -> str:
    return text_of(browser.get(f"/items/{item.number}/"))


def signed(city, browser, item: WorkItem, **given: object) -> Paper:
    proposal = item.proposals.get(status="open")
    form = {"proposal": proposal.pk, "addressee": city.environment.pk, "text": "请速办并书面说明。"} | given
    assert act(browser, item, "sign-paper", **form).status_code == 302
    return item.papers.get()


def test_a_measure_goes_from_proposal_to_answer_through_the_pages(city, signed_in, item):
    supervisor, clerk = signed_in(city.supervisor), signed_in(city.environment_clerk)
    assert "待签发文书" in text_of(supervisor.get("/"))
    assert "待负责人签发文书" in page(supervisor, item)
    reply_by = (timezone.now() + timedelta(days=9)).date()
    paper = signed(city, supervisor, item, reply_by=reply_by.isoformat())
    assert "待签发文书" not in text_of(supervisor.get("/"))
    assert "待答复文书" in text_of(clerk.get("/"))
    assert paper.number in page(clerk, item)
    assert act(clerk, item, "reply", paper=paper.pk, text="因汛期停工，下周完工。").status_code == 302
    assert "待答复文书" not in text_of(clerk.get("/"))
    assert "因汛期停工，下周完工。" in page(supervisor, item)


def test_a_measure_that_is_not_taken_says_why(city, signed_in, item):
    supervisor = signed_in(city.supervisor)
    given = {"proposal": item.proposals.get().pk, "reason": "已在现场督促。"}
    act(supervisor, item, "dismiss-proposal", **given)
    assert "已在现场督促。" in page(supervisor, item)
    assert not Paper.objects.exists()


def test_a_dismissal_without_a_reason_is_shown_again_with_its_complaint(city, signed_in, item):
    answer = act(signed_in(city.supervisor), item, "dismiss-proposal", proposal=item.proposals.get().pk, reason="")
    assert (answer.status_code, item.proposals.get().status) == (422, "open")


def test_a_paper_is_downloaded_as_a_word_file(city, signed_in, item):
    paper = signed(city, signed_in(city.supervisor), item)
    answer = signed_in(city.environment_head).get(f"/papers/{paper.pk}/")
    lines = [line.text for line in Document(io.BytesIO(answer.content)).paragraphs]
    assert lines[1:4] == [paper.number, "市生态环境局：", "请速办并书面说明。"]
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["xixia_clerk", "water_head", "system_admin", "security_admin"])
def test_a_paper_of_an_item_that_one_does_not_see_does_not_exist(city, signed_in, item, name):
    paper = signed(city, signed_in(city.supervisor), item)
    assert signed_in(getattr(city, name)).get(f"/papers/{paper.pk}/").status_code == 404


@pytest.mark.parametrize("name", ["dispatcher", "environment_head", "auditor", "city_leader", "verifier"])
def test_who_may_not_sign_sees_no_button_and_is_refused(city, signed_in, item, name):
    browser = signed_in(getattr(city, name))
    assert "actions/sign-paper/" not in browser.get(f"/items/{item.number}/").content.decode()
    form = {"proposal": item.proposals.get().pk, "addressee": city.environment.pk, "text": "请速办。"}
    assert act(browser, item, "sign-paper", **form).status_code == 403
    assert not Paper.objects.exists()


def test_an_alert_is_acknowledged_and_the_button_is_gone(city, signed_in, item):
    head = signed_in(city.environment_head)
    assert "actions/note-alert/" in head.get(f"/items/{item.number}/").content.decode()
    act(head, item, "note-alert")
    assert "actions/note-alert/" not in head.get(f"/items/{item.number}/").content.decode()


def test_chasing_a_second_time_on_one_day_is_refused_with_a_sentence(city, signed_in, item):
    browser = signed_in(city.dispatcher)
    assert act(browser, item, "nudge", text="请抓紧").status_code == 302
    again = act(browser, item, "nudge", text="请抓紧")
    assert again.status_code == 409
    assert "今日催办次数已用完" in text_of(again)


# -- over the API ------------------------------------------------------------------------------------------------------


def test_the_whole_way_over_the_api(city, item):
    supervisor, clerk = person(city.supervisor), person(city.environment_clerk)
    assert person(city.dispatcher).act(item, "nudge", {"text": "请抓紧", "is_urgent": True}).status_code == 200
    assert clerk.act(item, "note-alert").status_code == 200
    body = {"addressee": "市生态环境局", "text": "请速办。", "proposal": item.proposals.get().pk}
    assert supervisor.act(item, "sign-paper", body).status_code == 200
    assert clerk.act(item, "reply", {"text": "下周完工。"}).status_code == 200
    assert Paper.objects.get().answer == "下周完工。"


@pytest.mark.parametrize(
    ("name", "action", "body", "status", "code"),
    [
        ("dispatcher", "sign-paper", {}, 403, "not-the-approver"),
        ("supervisor", "sign-paper", {"addressee": "市林业局"}, 400, "unknown-addressee"),
        ("supervisor", "sign-paper", {"proposal": 999999}, 400, "unknown-proposal"),
        ("environment_clerk", "reply", {"text": "答"}, 409, "no-paper"),
        ("environment_clerk", "nudge", {}, 403, "not-the-overseer"),
    ],
)
def test_what_is_refused_over_the_api_has_its_code_and_changes_nothing(city, item, name, action, body, status, code):
    problem(person(getattr(city, name)).act(item, action, body), status, code)
    assert not Paper.objects.exists()
