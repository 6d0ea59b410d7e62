"""What the tests by description stand on: schemathesis, callers with real credentials, paths that lead to real things.

schemathesis makes requests from the description: right ones, and ones that are wrong in one place. What it enumerates
is sent by each caller in turn; who sends what it draws follows from the request, so that the same request comes from
the same caller when it is tried again.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import schemathesis
from schemathesis import Case
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoverageScenario, TestPhase, coverage_scenario, negated_parameters

from accounts.models import User
from accounts.roles import Role
from config.wsgi import application
from notifications.models import Endpoint
from notifications.webhooks import new_secret
from tests import walking
from tests.api.callers import API, PNG, Caller, Machine, machine, person
from tests.permissions.ground import Ground
from tests.permissions.matrix import SCOPES
from tests.permissions.world import forbidden_to
from workflow.feed import Position
from workflow.lifecycle import State
from workflow.models import WorkItem

CSRF = "c" * 32
KEY = ("Idempotency-Key", ParameterLocation.HEADER)
# A body may be well formed and still ask for what is not so: a day that has passed, an id of nothing, an unknown
# department. Such a 400 names its reason (tests/api/fuzz_checks.py); the description cannot know.
NOT_SO = ("400", "412", "413", "428")

# What is hidden is not there, whatever else is wrong; 428 is said of a missing If-Match.
NO_HEADER = ("404", "428")

# Places on the road where no item of the ground stands.
FURTHER = (State.VERIFYING, State.PUBLICIZING, State.APPROVING, State.CLOSED, State.SUSPENDED)


def described(examples: int, seed: int | None) -> Any:
    """The description as the application itself tells it; without a seed the same requests are made every time."""
    schema = schemathesis.openapi.from_wsgi(f"{API}schema/", application)
    checks, generation = schema.config.checks, schema.config.generation
    for check, also in ((checks.positive_data_acceptance, NOT_SO), (checks.missing_required_header, NO_HEADER)):
        check.expected_statuses = [*check.expected_statuses, *also]
    generation.max_examples, generation.deterministic = examples, seed is None
    generation.with_security_parameters = False  # the senders bring theirs
    if seed is not None:
        schema.config.seed = seed
    return schema


@dataclass
class Sender:
    """One caller, and what it may name: items, those on which it may act, the records beneath them."""

    caller: Caller
    numbers: list[str] = field(default_factory=list)
    doable: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    records: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    webhooks: list[int] = field(default_factory=list)
    words: dict[str, Any] = field(default_factory=dict)

    def look_around(self) -> None:
        for item in self._rows("items/"):
            self.numbers.append(item["number"])
            for entry in item["allowed_actions"]:
                if entry["allowed"]:
                    self.doable[entry["action"]].append(item["number"])
        sources = [row["id"] for row in self._rows("sources/")[:1]]
        self.words = {"lead": "市生态环境局", "department": "市水利局", "file": PNG} | dict.fromkeys(
            ["source"], *sources
        )

    def find_records(self, addresses: Iterable[str]) -> None:
        """Beneath the items of this caller, for all addresses that name an item and a record of it."""
        for address in addresses:
            path = address.removeprefix(API).partition("{id}")[0]
            rows = {number: self._rows(path.format(number=number)) for number in self.numbers}
            self.records[address] = [(number, row["id"]) for number in rows for row in rows[number]]

    def _rows(self, path: str) -> list[dict[str, Any]]:
        return self.caller.get(path, {"limit": 200}).json()["results"]

    def credentials(self, key: str) -> dict[str, dict[str, str]]:
        """Headers and cookies. The cookies stand in both: schemathesis sends these and looks for those."""
        if isinstance(self.caller, Machine):
            return {"headers": self.caller.headers | {"Idempotency-Key": key}, "cookies": {}}
        cookies = {"sessionid": self.caller.http.cookies["sessionid"].value, "csrftoken": CSRF}
        told = "; ".join(f"{name}={text}" for name, text in cookies.items())
        return {"headers": {"Cookie": told, "X-CSRFToken": CSRF}, "cookies": cookies}


class Senders:
    """Three people and two machines; `answered` counts by operation who got which status."""

    def __init__(self, ground: Ground, addresses: Iterable[str]) -> None:
        city = ground.city
        for state in FURTHER:
            walking.walk(city, state)
        people = {"clerk": city.environment_clerk, "office_verifier": city.verifier, "supervisor": city.supervisor}
        callers = {name: person(user) for name, user in people.items()} | {
            "machine": machine(city.environment, scopes=SCOPES),
            "office_machine": machine(city.office, [Role.DISPATCHER], SCOPES),
        }
        self.all = {name: Sender(caller) for name, caller in callers.items()}
        for sender in self.all.values():
            sender.look_around()
            if isinstance(sender.caller, Machine):
                sender.webhooks.append(_webhook(sender.caller.user).pk)
        knowing = self.all["supervisor"]  # sees all that the others see
        knowing.find_records(path for path in addresses if "{number}" in path and "{id}" in path)
        for sender in self.all.values():
            sender.records = knowing.records
        self.answered: defaultdict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
        self._turns: defaultdict[str, Any] = defaultdict(count)

    def prepare(self, case: Case) -> tuple[str, dict[str, dict[str, str]]]:
        """Lead the case to real things most of the time; returns who sends it, and with what."""
        names, draw = self._who_may_send(case), self._draw(case)
        name, sender = names[draw % len(names)], self.all[names[draw % len(names)]]
        if draw // len(names) % 4 < 3:
            _lead(case, sender, draw // len(names))
        sent = sender.credentials(f"fuzz-{draw}")
        if case.meta.is_negative_at(ParameterLocation.HEADER):
            sent["headers"] |= dict(case.headers)
        return name, sent

    def _who_may_send(self, case: Case) -> list[str]:
        """Whoever may get through sends what is right; what is wrong is sent by all. To people a wrong
        Idempotency-Key is nothing."""
        names = list(self.all)
        if KEY in negated_parameters(case.meta):
            return [name for name in names if isinstance(self.all[name].caller, Machine)]
        if case.meta.generation.mode.is_positive and case.meta.phase.name != TestPhase.FUZZING:
            return [name for name in names if self._may(name, case)] or names
        return names

    def _may(self, name: str, case: Case) -> bool:
        action = _action(case)
        return action in self.all[name].doable if action else (name, 403) not in self.answered[case.operation.label]

    def _draw(self, case: Case) -> int:
        if case.meta.phase.name == TestPhase.FUZZING:
            return zlib.crc32(repr((case.method, case.path, case.path_parameters, case.query, case.body)).encode())
        return next(self._turns[case.operation.label])

    def note(self, name: str, label: str, response: Any) -> None:
        """Who got what; raises AssertionError if it tells of what that caller must not see."""
        self.answered[label][name, response.status_code] += 1
        found = [mark for mark in forbidden_to(name) if mark.encode() in response.content]
        assert not found, f"{name} reads {found}"


def _webhook(owner: User) -> Endpoint:
    about = {"name": owner.username, "url": f"https://hooks.example/{owner.pk}", "secret": new_secret()}
    about |= {"channel": "webhook", "feed_position": str(Position()), "department": owner.memberships.get().department}
    return Endpoint.objects.create(owner=owner, **about)


def _lead(case: Case, sender: Sender, draw: int) -> None:
    """To what the caller may name: in the path, in the body, and the version that is there now."""
    if isinstance(case.body, dict) and not case.meta.is_negative_at(ParameterLocation.BODY):
        case.body |= {name: word for name, word in sender.words.items() if case.body.get(name) is not None}
    if case.meta.is_negative_at(ParameterLocation.PATH) or not (places := _places(case, sender)):
        return
    case.path_parameters.update(places[draw % len(places)])
    if "If-Match" in case.headers and not case.meta.is_negative_at(ParameterLocation.HEADER):
        number = case.path_parameters.get("number")
        version = WorkItem.objects.filter(number=number).values_list("version", flat=True).first()
        case.headers["If-Match"] = f'"v{version}"' if version else case.headers["If-Match"]


def _action(case: Case) -> str:
    return case.path.partition("/actions/")[2].rstrip("/")


def _places(case: Case, sender: Sender) -> list[dict[str, Any]]:
    if "{number}" in case.path and "{id}" in case.path:
        records = [(number, pk) for number, pk in sender.records[case.path] if number in sender.numbers]
        return [{"number": number, "id": pk} for number, pk in records] or [{"number": n} for n in sender.numbers]
    if "{id}" in case.path:
        return [{"id": pk} for pk in sender.webhooks]
    numbers = sender.doable.get(_action(case)) or sender.numbers
    return [{"number": number} for number in numbers] if "{number}" in case.path else []


def is_one_of_many(case: Case) -> bool:
    """A value of a wrong type: there are thousands that differ little."""
    return coverage_scenario(case) == CoverageScenario.INCORRECT_TYPE and zlib.crc32(repr(case).encode()) % 4 > 0
