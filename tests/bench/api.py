"""The API: pages of a long list beside page numbers, a deep page beside the first, an action beside the bare ORM."""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from oauth2_provider.models import Application

from accounts.clients import register_client
from accounts.models import Department, User
from accounts.roles import Role
from tests.api.callers import token_of
from tests.bench.rig import load, plain, web
from tests.bench.rig.lines import Line, Unfit, say
from tests.bench.rig.staff import staffed_city
from workflow.api.pagination import Keyset
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.services.assignment import accept

QUERY = {"state": State.RECTIFYING.value, "ordering": "due_on"}
PAGE = 25
WARM = 10  # steps before those that count


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", type=int, default=1_000_000, help="open items (%(default)s)")
    parser.add_argument("--requests", type=int, default=400, help="for each list (%(default)s)")
    parser.add_argument("--plain-requests", type=int, default=60, help="for page numbers (%(default)s)")
    parser.add_argument("--actions", type=int, default=200, help="steps each way (%(default)s)")


def run(options: argparse.Namespace) -> Iterator[Line]:
    city = staffed_city()
    load.fill(city, options.items)
    with web.site("tests.bench.rig.wsgi:application", _machine(city.office, Role.SUPERVISOR)) as site:
        yield from _lists(site, options)
    with web.site("tests.bench.rig.wsgi:application", _machine(city.environment, Role.CLERK)) as site:
        yield _list_line("list-of-a-department", site.ask(_first(), options.requests))
    yield from _actions(options.actions)


def _machine(department: Department, role: Role) -> dict[str, str]:
    client_id, _secret = register_client("bench", department, [role], ["items:read"])
    token = token_of(Application.objects.get(client_id=client_id), ["items:read"])
    return {"Authorization": f"Bearer {token}"}


# -- lists -------------------------------------------------------------------------------------------------------------


def _lists(site: web.Site, options: argparse.Namespace) -> Iterator[Line]:
    """All for a caller who sees every item; both page numbers tell first pages, where they are quickest."""
    rows = WorkItem.objects.filter(state=QUERY["state"]).order_by("due_on", "id")
    say(f"asking for pages of {rows.count():,} items")
    deep = f"{_first()}&cursor={_cursor_in_the_middle(rows)}"
    _check_same_rows(site, rows)
    first, page_number = site.ask(_first(), options.requests), site.ask(_plain(), options.plain_requests)
    far = site.ask(deep, options.requests)
    yield _list_line("list-first", first)
    yield _list_line("page-number-first", page_number)
    yield _list_line("list-first-vs-page-number", first, first.per_second / page_number.per_second)
    yield _list_line("list-deep-vs-first", far, first.per_second / far.per_second)


def _first() -> str:
    return f"/api/v1/items/?{urlencode(QUERY | {'limit': PAGE})}"


def _plain() -> str:
    return f"/plain/?{urlencode(QUERY)}"


def _cursor_in_the_middle(rows: QuerySet[WorkItem]) -> str:
    return Keyset("due_on").cursor(rows[rows.count() // 2])


def _check_same_rows(site: web.Site, rows: QuerySet[WorkItem]) -> None:
    wanted = list(rows[:PAGE].values_list("number", flat=True))
    for path in (_first(), _plain()):
        if [item["number"] for item in json.loads(site.get(path))["results"]] != wanted:
            raise Unfit(f"{path} does not show the rows that it should")


def _list_line(name: str, seen: web.Run, ratio: float | None = None) -> Line:
    more = {"median_ms": seen.median_ms, "p95_ms": seen.p95_ms, "workers": web.WORKERS}
    return Line(name, seen.n, seen.seconds, ratio, more)


# -- actions -----------------------------------------------------------------------------------------------------------


def _actions(n: int) -> Iterator[Line]:
    """A lead accepts items, with audit, timers and notices; beside it lock, save and insert. In turns, one process."""
    items, by = _to_accept(2 * (n + WARM))
    acted, stepped = [], []
    for one, other in zip(items[::2], items[1::2], strict=True):
        acted.append(_timed(lambda item=one: accept(item, by=by)))
        stepped.append(_timed(lambda pk=other.pk: plain.step(pk, by)))
    acted, stepped = acted[WARM:], stepped[WARM:]
    yield _action_line("action", acted)
    yield _action_line("bare-orm", stepped)
    yield _action_line("action-vs-orm", acted, statistics.median(stepped) / statistics.median(acted))


def _to_accept(n: int) -> tuple[list[WorkItem], User]:
    """Of the department that has most to accept; and a clerk of it."""
    waiting = WorkItem.objects.filter(state=State.ASSIGNED, parent=None)
    lead = waiting.values("lead").annotate(n=Count("pk")).order_by("-n", "lead").values_list("lead", flat=True)[0]
    items = list(waiting.filter(lead=lead).order_by("pk")[:n])
    if len(items) < n:
        raise Unfit("--actions: too many for these items")
    return items, User.objects.filter(memberships__department=lead, memberships__role=Role.CLERK).first()


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _action_line(name: str, times: list[float], ratio: float | None = None) -> Line:
    more = {"median_ms": statistics.median(times) * 1000, "p95_ms": statistics.quantiles(times, n=20)[-1] * 1000}
    return Line(name, len(times), sum(times), ratio, more)
