"""A rehearsal counts what the scan then really tells, and touches nothing."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest

from accounts.models import Membership
from notifications.models import Alarm, Message
from tests.pages.reading import queries
from tests.people import City
from tests.walking import accept, assign, shanghai, source, suspend, void, walk
from tests.workflow.fingerprint import fingerprint
from workflow import services, working_calendar
from workflow.deadline_scan import scan
from workflow.deadlines import BUSINESS_ZONE
from workflow.lifecycle import State
from workflow.models import Event, Procedure, Proposal, RungFiring, Source, Timer, WorkItem
from workflow.models.procedures import Clock, Measure
from workflow.refusal import Refused
from workflow.rehearsal import LadderChange, Period, Rehearsal, Scope, rehearse
from workflow.rehearsal.words import warnings
from workflow.services.decomposition import Part
from workflow.services.procedure_terms import RungTerms
from workflow.services.procedures import revise
from workflow.services.registration import register_issue

NOW = shanghai(2025, 9, 22, 10)  # before the eight days of National day
PERIOD = Period(date(2025, 9, 22), date(2025, 11, 20))
WEEKS_AGO = shanghai(2025, 8, 25)


def rehearsed(period: Period = PERIOD, now: datetime = NOW, **given) -> Rehearsal:
    return rehearse(period, now=now, calendar=working_calendar.load(), **given)


def play(period: Period, now: datetime) -> None:
    """The clock is turned: the scan runs at once, and three times on every day."""
    scan(now)
    for day in period.days():
        for hour in (time(0, 10), time(8, 30), time(14)):
            if (moment := datetime.combine(day, hour, BUSINESS_ZONE)) > now:
                scan(moment)


def fired(period: Period) -> Counter:
    rows = RungFiring.objects.filter(superseded=False).values_list("fired_at", "rung__measure")
    found = Counter((at.astimezone(BUSINESS_ZONE).date(), measure) for at, measure in rows)
    return Counter({key: n for key, n in found.items() if key[0] >= period.first})


def read(period: Period) -> Counter:
    """(day, person) → notices of the clock."""
    moments = dict(Event.objects.filter(action__in=["remind", "escalate"]).values_list("pk", "at"))
    found: Counter = Counter()
    for key, user in Message.objects.filter(kind__in=["remind", "escalate"]).values_list("dedup_key", "recipient"):
        found[moments[int(key.split(":")[1])].astimezone(BUSINESS_ZONE).date(), user] += 1
    return Counter({key: n for key, n in found.items() if key[0] >= period.first})


def vacant_alarms() -> list[str]:
    return list(Alarm.objects.filter(kind="vacant", cleared_at=None).values_list("key", flat=True))


@pytest.fixture
def busy_city(city: City) -> City:
    """Items at every place of the road, some long overdue, one of a procedure that speaks in the afternoon."""
    revise_campaign(city)
    for state in (State.ASSIGNED, State.RECTIFYING, State.VERIFYING, State.APPROVING, State.CLOSED):
        walk(city, state, procedure="central-inspection", departments=None, now=WEEKS_AGO - timedelta(days=60))
    for days in (0, 20, 61, 75, 200):
        walk(city, State.RECTIFYING, procedure="petition", now=WEEKS_AGO - timedelta(days=days))
        walk(city, State.RECTIFYING, procedure="plan-task", lead=city.tongbai, now=NOW - timedelta(days=days))
    walk(city, State.PUBLICIZING, procedure="petition", now=NOW - timedelta(days=1))
    for days in (40, 58, 59):
        taken_up(city, "campaign", lead=city.xixia, now=NOW - timedelta(days=days))
    suspend(city, walk(city, State.RECTIFYING, now=WEEKS_AGO), now=NOW)
    split_among_counties(city)
    under_an_order(city)
    Membership.objects.filter(user=city.tongbai_head).delete()
    Membership.objects.filter(user__in=[city.xixia_clerk, city.xixia_head]).delete()
    return city


def split_among_counties(city: City) -> None:
    """A whole that the office cannot lead and parts that end with it, before it, and are handed to its own lead."""
    for days in (55, 130):
        now = NOW - timedelta(days=days)
        whole = walk(city, State.RECTIFYING, procedure="own-finding", now=now)
        same_day = [Part(city.tongbai), Part(city.environment), Part(city.xixia)]
        parts = [*same_day, Part(city.water, due_on=whole.due_on - timedelta(days=7))]
        services.decompose(whole, by=city.dispatcher, parts=parts, now=now)
        for part in whole.children.exclude(lead=city.xixia):
            accept(city, part, now=now)


def under_an_order(city: City) -> None:
    """The scan has run before: of two overdue items one has a paper to answer, the other waits for a signature."""
    before = NOW - timedelta(days=8)
    items = [walk(city, State.RECTIFYING, lead=city.water, now=NOW - timedelta(days=days)) for days in (77, 90)]
    scan(before)
    services.sign_paper(items[1], by=city.supervisor, now=before)


def revise_campaign(city: City) -> None:
    """Working days over the holiday, and rungs that change places there."""
    rungs = [
        RungTerms("deadline", -3, ["turn"], "working"),
        RungTerms("deadline", 1, ["turn", "head"], "working"),
        RungTerms("deadline", 3, ["office"], "calendar"),
        RungTerms("deadline", 5, ["turn", "office"], "working", 7),
    ]
    revised(city, "campaign", rungs=rungs, notice_at=time(14))


def revised(city: City, code: str, **given) -> Procedure:
    source(city, code)
    who = {"office": city.office, "by": city.dispatcher, "reason": "新规定。", "seen_revision": 1}
    return revise(Procedure.objects.get(code=code), **who, **given)


def taken_up(city: City, code: str, now: datetime, **given) -> WorkItem:
    """An item of the revision in force, accepted at once."""
    texts = {"title": "渣土堆放", "description": "河道边。"}
    item = register_issue(Source.objects.get(procedure__code=code), by=city.dispatcher, now=now, **texts)
    return accept(city, assign(city, item, now=now, **given), now=now)


def test_it_counts_what_the_scan_then_tells_day_by_day(busy_city):
    result = rehearsed()
    play(PERIOD, NOW)
    assert result.fired == fired(PERIOD)
    assert result.per_reader == read(PERIOD)
    assert result.notices == read(PERIOD).total() > 100


def test_the_busy_city_holds_all_that_decides_who_is_told(busy_city):
    """Else the agreement of rehearsal and scan would say little."""
    waiting = Proposal.objects.filter(status="open").count()
    play(PERIOD, NOW)
    assert Timer.objects.filter(clock=Clock.REPLY, ended_at=None, firings__event__isnull=False).exists()
    assert 0 < waiting < Proposal.objects.filter(status="open").count()
    assert {key.split(":")[1] for key in vacant_alarms()} >= {str(busy_city.xixia.pk), str(busy_city.tongbai.pk)}
    assert Message.objects.filter(body__contains="-01").exists()


def test_a_period_that_begins_later_leaves_out_what_is_told_before(busy_city):
    later = Period(date(2025, 10, 9), date(2025, 10, 31))
    result = rehearsed(later)
    play(Period(NOW.date(), later.last), NOW)
    assert result.fired == fired(later)
    assert result.per_reader == read(later)


def test_after_an_outage_it_catches_up_as_the_scan_does(busy_city):
    late = shanghai(2025, 10, 20, 11)
    period = Period(late.date(), date(2025, 11, 20))
    result = rehearsed(period, late)
    play(period, late)
    assert result.fired == fired(period)


def test_nothing_is_written(busy_city):
    before = fingerprint()
    rehearsed()
    rehearsed(change=LadderChange([RungTerms("deadline", 1, ["turn"])]))
    assert fingerprint() == before


@pytest.mark.parametrize("change", [None, LadderChange([RungTerms("deadline", 1, ["turn", "office"])])])
def test_it_costs_the_same_however_many_items(city, change):
    walk(city, State.RECTIFYING, now=WEEKS_AGO)
    few = queries(lambda: rehearsed(change=change))
    for days in range(6):
        walk(city, State.RECTIFYING, procedure="petition", lead=city.water, now=WEEKS_AGO - timedelta(days=days))
        walk(city, State.VERIFYING, procedure="plan-task", now=NOW)
    assert queries(lambda: rehearsed(change=change)) == few <= 8


# -- a ladder that is not in force -------------------------------------------------------------------------------------


@pytest.fixture
def overdue(city: City) -> WorkItem:
    """Due on 24 October 2025."""
    return walk(city, State.RECTIFYING, now=WEEKS_AGO)


def notices(result: Rehearsal) -> list[tuple[date, str, int]]:
    return sorted((told.day, told.level, number) for told, number in result.told.items())


def test_switched_on_a_passed_deadline_says_its_highest_rung_once_and_then_goes_on(overdue):
    ladder = [
        RungTerms("deadline", -7, ["turn"]),
        RungTerms("deadline", 1, ["turn"]),
        RungTerms("deadline", 7, ["head"], "calendar", 7),
    ]
    now = shanghai(2025, 11, 10, 15)
    result = rehearsed(Period(now.date(), date(2025, 11, 21)), now, change=LadderChange(ladder))
    assert notices(result) == [
        (date(2025, 11, 10), "head", 1),
        (date(2025, 11, 14), "head", 1),
        (date(2025, 11, 21), "head", 1),
    ]


def test_what_it_says_of_a_changed_ladder_is_what_a_new_item_is_then_told(city):
    ladder = [
        RungTerms("deadline", -2, ["turn"], "working").named(),
        RungTerms("deadline", 1, ["head", "office"], "working", 7).named(),
    ]
    old = walk(city, State.RECTIFYING, now=NOW - timedelta(days=45))
    result = rehearsed(scope=Scope("petition"), change=LadderChange(ladder))
    given = {"office": city.office, "by": city.dispatcher, "reason": "新阶梯", "seen_revision": 1}
    revised = revise(Procedure.objects.get(code="petition"), rungs=ladder, **given)
    void(city, old, now=NOW)
    twin = register_issue(
        Source.objects.get(procedure=revised), by=city.dispatcher, title="x", description="x", now=NOW
    )
    accept(city, assign(city, twin, due_on=old.due_on, now=NOW), now=NOW)
    play(PERIOD, NOW)
    assert result.fired == fired(PERIOD)
    assert result.per_reader == read(PERIOD)


def test_a_ladder_without_a_step_tells_nothing(overdue):
    result = rehearsed(change=LadderChange([]))
    assert (result.clocks, result.notices, result.fired) == (1, 0, {})


def test_the_hour_of_the_changed_ladder_decides_whether_today_is_still_told(overdue):
    ladder, day = [RungTerms("deadline", -7, ["turn"])], date(2025, 10, 17)
    hours = {hour: LadderChange(ladder, time(hour)) for hour in (9, 11)}
    now = shanghai(2025, 10, 17, 10)
    told = {hour: rehearsed(Period(day, day), now, change=change).notices for hour, change in hours.items()}
    assert told == {9: 0, 11: 2}


# -- whose clocks ------------------------------------------------------------------------------------------------------


def test_only_what_was_asked_for_is_counted(city, overdue):
    walk(city, State.RECTIFYING, procedure="plan-task", now=WEEKS_AGO)
    parts = [rehearsed(scope=Scope(code)).notices for code in ("petition", "plan-task")]
    assert rehearsed().notices == sum(parts)
    assert min(parts) > 0
    assert rehearsed(scope=Scope("petition", city.office.pk)).notices == parts[0]
    assert rehearsed(scope=Scope("petition", city.water.pk)).notices == 0
    assert rehearsed(scope=Scope("campaign")).notices == 0


@pytest.mark.parametrize("state", [State.DRAFT, State.SUSPENDED, State.VOID])
def test_nothing_is_counted_where_no_clock_runs(city, state):
    walk(city, state, now=WEEKS_AGO)
    assert rehearsed().notices == rehearsed(change=LadderChange([RungTerms("deadline", 1, ["turn"])])).notices == 0


def test_a_clock_that_lost_its_rung_tells_nothing_and_does_not_hang(overdue):
    overdue.timers.filter(clock="deadline", ended_at=None).update(repetition=7)
    assert {clock for _day, clock in rehearsed().fired} <= set(Measure.values)


# -- who is told, and in how many envelopes ----------------------------------------------------------------------------


def test_who_holds_two_posts_is_told_once_and_counted_where_he_is_meant_first(city, overdue):
    Membership.objects.filter(user=city.environment_clerk).delete()
    day = date(2025, 10, 25)
    result = rehearsed(Period(day, day), change=LadderChange([RungTerms("deadline", 1, ["head", "turn", "office"])]))
    by_level = {(told.level, result.departments[told.department]): n for told, n in result.told.items()}
    assert by_level == {("head", city.environment.name): 1, ("office", city.office.name): 2}


def test_a_vacant_post_is_named(city, overdue):
    Membership.objects.filter(user=city.environment_head).delete()
    result = rehearsed(change=LadderChange([RungTerms("deadline", 1, ["head"], "calendar", 7)]))
    assert {(told.level, told.department) for told in result.told} == {("office", city.office.pk)}
    assert {seat.department_id: n for seat, n in result.vacant.items()} == {city.environment.pk: 4}
    assert warnings(result) == ["市生态环境局：今天无人担任“单位负责人”，4 条通知将上移一级发送。"]


def test_where_every_post_is_vacant_the_notices_that_reach_nobody_are_counted(city, overdue):
    Membership.objects.all().delete()
    result = rehearsed(change=LadderChange([RungTerms("deadline", 1, ["head"], "calendar", 7)]))
    assert (result.notices, result.lost) == (0, 4)
    assert warnings(result)[0] == "4 条通知将无人收到：直至环委办，各级岗位均空缺。"


def test_what_is_proposed_is_told_once_to_those_who_sign(city, overdue):
    change = LadderChange([RungTerms("deadline", 1, ["turn"], "calendar", 7, "supervision_order")])
    levels = Counter(level for _day, level, number in notices(rehearsed(change=change)) for _ in range(number))
    assert levels == {"turn": 4 * 2, "approver": 2}


def test_what_waits_for_a_signature_is_not_proposed_again(city, overdue):
    scan(shanghai(2025, 10, 31))
    assert Proposal.objects.get().measure == "supervision_order"
    change = LadderChange([RungTerms("deadline", 1, ["turn"], "calendar", 7, "supervision_order")])
    assert {level for _day, level, _n in notices(rehearsed(change=change))} == {"turn"}


def test_who_hears_of_the_whole_hears_of_its_parts_in_the_same_notice(city):
    whole = walk(city, State.RECTIFYING, procedure="own-finding", now=WEEKS_AGO)
    services.decompose(whole, by=city.dispatcher, group="all_jurisdictions", now=WEEKS_AGO)
    ladder = [RungTerms("deadline", 1, ["leader"])]
    result = rehearsed(change=LadderChange(ladder))
    assert (result.fired.total(), result.notices) == (18, 1)


def test_more_than_five_notices_for_one_person_at_once_leave_in_one_message(city):
    for _ in range(5):
        walk(city, State.RECTIFYING, now=WEEKS_AGO)
    day = date(2025, 10, 25)
    change = LadderChange([RungTerms("deadline", 1, ["head"])])
    asked = [rehearsed(Period(day, day), change=change).days()[0]]
    walk(city, State.RECTIFYING, now=WEEKS_AGO)
    asked += rehearsed(Period(day, day), change=change).days()
    assert [(row.clocks, row.notices, row.readers, row.messages) for row in asked] == [(5, 5, 1, 5), (6, 6, 1, 1)]


def test_a_day_of_a_storm_is_marked(overdue, settings):
    settings.STORM_LIMIT = 1
    result = rehearsed(change=LadderChange([RungTerms("deadline", 1, ["turn"])]))
    assert [day.day for day in result.storms()] == [date(2025, 10, 25)]


# -- the period --------------------------------------------------------------------------------------------------------


def test_a_period_is_at_most_a_year_and_lies_ahead():
    today = date(2025, 9, 22)
    assert len(list(Period.of(today, date(2026, 9, 22), today).days())) == 366
    for first, last, code in [
        (date(2025, 9, 21), date(2025, 9, 30), "past"),
        (date(2025, 9, 30), date(2025, 9, 29), "order"),
        (today, date(2026, 9, 23), "too-long"),
    ]:
        with pytest.raises(Refused) as refused:
            Period.of(first, last, today)
        assert refused.value.refusal.code == code
