"""What the scan would tell of the present items to the people of today: a handful of queries for any number."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import partial

from accounts.models import Department
from workflow.audiences import Place, Posts
from workflow.deadlines import WorkingCalendar, business_day, end_of
from workflow.rehearsal.ladders import LadderChange, Ladders
from workflow.rehearsal.readers import Readers
from workflow.rehearsal.standings import Family, Running, Scope, families, running
from workflow.rehearsal.tally import Period, Rehearsal


def rehearse(
    period: Period,
    *,
    now: datetime,
    calendar: WorkingCalendar,
    scope: Scope | None = None,
    change: LadderChange | None = None,
) -> Rehearsal:
    """What the scan would tell over the period if nobody moved: by the ladders in force, or by a changed one."""
    scope = scope or Scope()
    found = families(scope, anew=change is not None)
    clocks = _clocks(found)
    ladders = Ladders({entry.clock.procedure for entry in clocks}, calendar, now, change)
    posts = Posts(_departments({entry.place for entry in clocks}), business_day(now))
    readers = Readers(posts, partial(ladders.steps, until=end_of(period.last)))
    result = Rehearsal(period, clocks=running(scope).count())
    for family, number in found.items():
        for telling in readers.of(family):
            result.add(telling, number)
    result.departments = _names({told.department for told in result.told} | {seat[0] for seat in result.vacant})
    return result


def _clocks(found: Counter[Family]) -> set[Running]:
    """Of items and of the wholes that fold what they tell."""
    standings = {standing for family in found for standing in family if standing}
    return {clock for standing in standings for clock in standing.clocks}


def _departments(places: set[Place]) -> set[int | None]:
    return {department for place in places for department in place.departments}


def _names(departments: set[int]) -> dict[int, str]:
    return dict(Department.objects.filter(pk__in=departments).values_list("pk", "name"))
