"""Measures that the ladder proposes, the papers by which they are taken, and their answers."""

from datetime import date, timedelta

import pytest

from accounts.models import Department
from notifications.models import Message
from tests.walking import approve, submit, suspend, verify_all, void
from tests.workflow.asking import refusal_of
from tests.workflow.fingerprint import fingerprint
from tests.workflow.late import late_item, overdue_by, running, sign
from workflow import services
from workflow.deadline_scan import scan
from workflow.models import Paper, WorkItem

NOW = overdue_by(7)  # Friday, 9 May 2025


@pytest.fixture
def item(city) -> WorkItem:
    return late_item(city)


def measures(item: WorkItem) -> list[tuple[str, str]]:
    return list(item.proposals.order_by("pk").values_list("measure", "status"))


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind).values_list("recipient__username", flat=True))


# -- what is proposed --------------------------------------------------------------------------------------------------


def test_a_warning_proposes_nothing(city):
    assert measures(late_item(city, days=1)) == []


def test_a_supervision_order_is_proposed_and_not_given(item):
    assert measures(item) == [("supervision_order", "open")]
    assert not Paper.objects.exists()


def test_who_may_sign_is_told_of_the_proposal(item):
    words = Message.objects.get(kind="escalate", recipient__username="supervisor")
    assert "建议督办" in words.subject
    assert "负责人签发文书后方可实施" in words.body


def test_each_step_proposes_its_own_measure_once(city, item):
    for days in (15, 30, 60, 67, 74):
        scan(overdue_by(days))
    proposed = [measure for measure, _status in measures(item)]
    assert proposed == ["supervision_order", "bulletin", "interview", "referral"]


def test_after_an_outage_only_the_highest_measure_is_proposed(city):
    assert measures(late_item(city, days=31)) == [("interview", "open")]


def test_a_measure_that_was_dismissed_is_not_proposed_again_by_the_same_clock(city):
    item = late_item(city, days=60)
    services.dismiss_proposal(item, by=city.supervisor, reason="已立案。", now=overdue_by(60))
    scan(overdue_by(67))
    assert measures(item) == [("referral", "dismissed")]


@pytest.mark.parametrize("verb", [submit, void, suspend])
def test_what_was_proposed_lapses_when_its_clock_ends(city, item, verb):
    verb(city, item, now=NOW)
    assert measures(item) == [("supervision_order", "lapsed")]


# -- signing -----------------------------------------------------------------------------------------------------------


def test_a_signed_paper_is_numbered_addressed_and_to_be_answered(city, item):
    paper = sign(city, item, NOW)
    assert (paper.number, paper.addressee, paper.signed_by) == ("督办函〔2025〕1号", city.environment, city.supervisor)
    assert (paper.reply_by, paper.due_on) == (date(2025, 5, 16), date(2025, 5, 16))  # five working days
    assert item.number in paper.text and "已逾期 7 天" in paper.text
    assert measures(item) == [("supervision_order", "signed")]


def test_papers_are_numbered_by_kind_and_year_without_a_gap(city, item):
    other = late_item(city)
    numbers = [sign(city, item, NOW).number, sign(city, other, NOW).number]
    scan(overdue_by(15))
    numbers.append(sign(city, item, overdue_by(15)).number)
    assert numbers == ["督办函〔2025〕1号", "督办函〔2025〕2号", "通报〔2025〕1号"]


def test_a_paper_that_was_refused_takes_no_number(city, item):
    refusal_of(services.sign_paper, item, by=city.supervisor, addressee=city.forestry, now=NOW)
    assert sign(city, item, NOW).number == "督办函〔2025〕1号"


def test_a_person_may_write_another_text_and_day(city, item):
    paper = sign(city, item, NOW, text="请速办。", reply_by=date(2025, 5, 12))
    assert (paper.text, paper.due_on) == ("请速办。", date(2025, 5, 12))


def test_the_addressee_is_told_of_the_paper(city, item):
    sign(city, item, NOW)
    assert {"environment_clerk", "environment_head"} <= told("sign-paper")


def test_a_supervision_order_passes_quiet_hours_where_it_is_proposed(item):
    assert Message.objects.filter(kind="escalate").latest("pk").is_urgent


def test_signing_leaves_the_item_where_it_is(city, item):
    before = running(item)["deadline"].pk
    sign(city, item, NOW)
    item.refresh_from_db()
    assert (item.state, running(item)["deadline"].pk) == ("rectifying", before)


@pytest.mark.parametrize(
    "name", ["dispatcher", "verifier", "environment_head", "city_leader", "auditor", "system_admin", "xixia_head"]
)
@pytest.mark.parametrize("verb", ["sign_paper", "dismiss_proposal"])
def test_nobody_but_a_supervisor_decides_a_proposal(city, item, name, verb):
    given = {"reason": "否"} if verb == "dismiss_proposal" else {}
    before = fingerprint()
    assert refusal_of(getattr(services, verb), item, by=getattr(city, name), **given).code == "not-the-approver"
    assert fingerprint() == before


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"proposal": 999_999}, "unknown-proposal"),
        ({"reply_by": date(2025, 5, 8)}, "reply-by"),
        ({"reply_by": date(2026, 5, 11)}, "reply-by"),
    ],
)
def test_a_paper_that_makes_no_sense_is_refused(city, item, given, code):
    before = fingerprint()
    assert refusal_of(services.sign_paper, item, by=city.supervisor, now=NOW, **given).code == code
    assert fingerprint() == before


def test_a_paper_goes_to_nobody_who_has_no_part(city, item):
    for unit in Department.objects.filter(pk__in=[city.forestry.pk, city.office.pk]):
        refusal = refusal_of(services.sign_paper, item, by=city.supervisor, addressee=unit, now=NOW)
        assert refusal.code == "unknown-addressee"


def test_what_was_decided_is_decided_once(city, item):
    sign(city, item, NOW)
    assert refusal_of(services.sign_paper, item, by=city.supervisor, now=NOW).code == "no-proposal"
    assert refusal_of(services.dismiss_proposal, item, by=city.supervisor, reason="否", now=NOW).code == "no-proposal"


def test_a_dismissal_has_its_reason(city, item):
    assert refusal_of(services.dismiss_proposal, item, by=city.supervisor, reason=" ").errors.keys() == {"reason"}
    services.dismiss_proposal(item, by=city.supervisor, reason="已在现场督促。", now=NOW)
    proposal = item.proposals.get()
    assert (proposal.status, proposal.reason, proposal.decided_by) == ("dismissed", "已在现场督促。", city.supervisor)


def test_a_dismissal_stops_no_ladder(city, item):
    services.dismiss_proposal(item, by=city.supervisor, reason="已在现场督促。", now=NOW)
    scan(overdue_by(15))
    assert measures(item)[-1] == ("bulletin", "open")


# -- the answer and its clock ------------------------------------------------------------------------------------------


def test_a_paper_has_a_clock_of_its_own(city, item):
    paper = sign(city, item, NOW)
    timer = running(item)["reply"]
    assert (timer.paper, timer.due_on) == (paper, date(2025, 5, 16))


def test_an_answer_ends_the_clock_and_tells_who_signed(city, item):
    paper = sign(city, item, NOW)
    services.reply(item, by=city.environment_clerk, text="下周完工。", now=NOW)
    paper.refresh_from_db()
    assert (paper.answer, paper.answered_by, paper.answered_for) == (
        "下周完工。",
        city.environment_clerk,
        city.environment,
    )
    assert "reply" not in running(item)
    assert {"supervisor", "dispatcher"} <= told("reply")


def test_a_late_answer_climbs_as_every_clock_and_is_called_late(city, item):
    paper = sign(city, item, NOW)
    late = overdue_by(17)  # Monday, 19 May: one working day after the day of the answer
    scan(late)
    event = item.events.filter(action="escalate", data__clock="reply").get()
    assert (event.data["measure"], event.data["paper"]) == ("warning", paper.number)
    services.reply(item, by=city.environment_clerk, text="下周完工。", now=late)
    paper.refresh_from_db()
    assert paper.was_answered_late


def test_a_paper_nobody_answers_is_proposed_for_a_bulletin_about_the_answer(city, item):
    paper = sign(city, item, NOW)
    submit(city, item, now=NOW)  # the deadline's clock is silent, the paper still wants its answer
    scan(overdue_by(31))
    proposal = item.proposals.get(status="open")
    assert (proposal.measure, proposal.timer.paper) == ("bulletin", paper)
    assert f"{paper.number}至今未答复" in sign(city, item, overdue_by(31)).text


def test_two_papers_have_two_clocks_and_each_its_answer(city, item):
    first = sign(city, item, NOW)
    scan(overdue_by(15))
    second = sign(city, item, overdue_by(15))
    services.reply(item, by=city.environment_clerk, text="答复二。", paper=second.pk, now=overdue_by(15))
    assert list(item.timers.filter(ended_at=None, clock="reply").values_list("paper", flat=True)) == [first.pk]


@pytest.mark.parametrize("name", ["dispatcher", "supervisor", "xixia_clerk", "water_head", "city_leader", "verifier"])
def test_nobody_but_the_addressee_answers(city, item, name):
    sign(city, item, NOW)
    refusal = refusal_of(services.reply, item, by=getattr(city, name), text="代答", now=NOW)
    assert refusal.code == "not-the-addressee"


def test_what_was_not_asked_is_not_answered(city, item):
    assert refusal_of(services.reply, item, by=city.environment_clerk, text="答", now=NOW).code == "no-paper"


@pytest.mark.parametrize(("given", "code"), [({"paper": 999_999}, "unknown-paper"), ({"text": " "}, "required")])
def test_an_answer_is_of_a_paper_and_says_something(city, item, given, code):
    sign(city, item, NOW)
    found = refusal_of(services.reply, item, by=city.environment_clerk, now=NOW, **{"text": "答"} | given)
    assert found.code == code


def test_an_answer_stands(city, item):
    paper = sign(city, item, NOW)
    services.reply(item, by=city.environment_clerk, text="下周完工。", now=NOW)
    assert refusal_of(services.reply, item, by=city.environment_clerk, text="改口", paper=paper.pk).code == "no-paper"


def test_who_leads_now_answers_for_a_department_that_has_no_part_any_more(city, item):
    paper = sign(city, item, NOW)
    services.transfer(item, by=city.dispatcher, department=city.xixia, reason="属地更清楚。", now=NOW)
    paper.refresh_from_db()
    assert (paper.addressee, paper.department) == (city.environment, city.xixia)
    assert refusal_of(services.reply, item, by=city.environment_clerk, text="答", now=NOW).code == "not-the-addressee"
    services.reply(item, by=city.xixia_clerk, text="由我县答复。", now=NOW)


def test_a_suspension_leaves_as_many_working_days_for_the_answer(city, item):
    paper = sign(city, item, NOW)  # Friday 9 May, to be answered by Friday 16 May
    suspend(city, item, now=NOW)
    assert "reply" not in running(item)
    services.resume(item, by=city.supervisor, now=NOW + timedelta(days=10))  # Monday 19 May
    paper.refresh_from_db()
    assert (paper.reply_by, paper.due_on) == (date(2025, 5, 16), date(2025, 5, 26))
    assert running(item)["reply"].due_on == date(2025, 5, 26)


def test_what_was_closed_wants_no_answer_any_more(city, item):
    sign(city, item, NOW)
    item = verify_all(city, submit(city, item, now=NOW), now=NOW)
    scan(overdue_by(45))
    assert item.timers.filter(ended_at=None, clock="reply").exists()
    item.refresh_from_db()
    approve(city, item, now=overdue_by(45))
    assert "reply" not in running(item)
