"""What the tests by description stand on: schemathesis, callers with real credentials, paths that lead to real items.

schemathesis makes requests from the description: right ones, and ones that are wrong in one place. Who sends a request
is drawn from its own bytes, so that the same request comes from the same caller when it is tried again.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response
from schemathesis.core.parameters import ParameterLocation

from config.wsgi import application
from tests.api.callers import Machine, machine, person
from tests.permissions.ground import Ground
from tests.permissions.matrix import SCOPES
from workflow.models import WorkItem

CSRF = "c" * 32
PROBLEM = ["type", "title", "status", "detail", "code", "errors"]
INSIDE = re.compile(rb"Traceback|File \"|psycopg|django\.|SELECT |site-packages|Exception|0x[0-9a-f]{8}")
# A body may be well formed and still ask for what is not so: a day that has passed, an id of nothing, an unknown
# department. Such a 400 names its reason with a code or a field; the description cannot know.
NOT_SO = ("400", "409", "412", "413", "428")


def described() -> Any:
    """The description as the application itself tells it."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    checks = schema.config.checks
    for check, more in ((checks.positive_data_acceptance, NOT_SO), (checks.negative_data_rejection, ["412"])):
        check.expected_statuses = [*check.expected_statuses, *more]
    return schema


class Senders:
    """Three people and two machines, and the items that they may ask for."""

    def __init__(self, ground: Ground) -> None:
        city = ground.city
        people = (city.environment_clerk, city.dispatcher, city.supervisor)
        machines = [machine(place, scopes=SCOPES) for place in (city.environment, city.forestry)]
        self.callers = [*map(person, people), *machines]
        self.numbers = [item.number for item in ground.items.values()]

    def prepare(self, case: Case) -> dict[str, str]:
        """Lead the case to a real item most of the time; returns the credentials with which to send it."""
        draw = zlib.crc32(repr((case.method, case.path, case.path_parameters, case.query, case.body)).encode())
        self._lead_to_an_item(case, draw // 5)
        caller = self.callers[draw % 5]
        if isinstance(caller, Machine):
            return caller.headers | {"Idempotency-Key": f"fuzz-{draw}"}
        session = caller.http.cookies["sessionid"].value
        return {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}

    def _lead_to_an_item(self, case: Case, draw: int) -> None:
        if "number" not in case.path_parameters or case.meta.is_negative_at(ParameterLocation.PATH) or draw % 4 == 0:
            return
        number = self.numbers[draw % len(self.numbers)]
        case.path_parameters["number"] = number
        if "If-Match" in case.headers and not case.meta.is_negative_at(ParameterLocation.HEADER) and draw % 3:
            case.headers["If-Match"] = f'"v{WorkItem.objects.get(number=number).version}"'


def errors_are_problems(ctx: CheckContext, response: Response, case: Case) -> None:
    """An error is a problem with a sentence that a Chinese clerk can read."""
    if response.status_code < 400:
        return
    assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
    body = response.json()
    assert [name for name in PROBLEM if name not in body] == [], body
    assert body["status"] == response.status_code
    assert re.search(r"[\u4e00-\u9fff]", body["detail"]), body["detail"]
    assert all(entry["message"] for entry in body["errors"])


def nothing_of_the_inside_is_told(ctx: CheckContext, response: Response, case: Case) -> None:
    sent = repr((case.path_parameters, case.query, case.body))
    found = [word for word in INSIDE.findall(response.content) if word.decode(errors="replace") not in sent]
    assert not found, (found, response.content)


def an_item_has_its_etag(ctx: CheckContext, response: Response, case: Case) -> None:
    if response.status_code < 300 and response.headers.get("content-type") == ["application/json"]:
        body = response.json()
        if isinstance(body, dict) and {"number", "version", "allowed_actions"} <= set(body):
            assert response.headers["etag"] == [f'"v{body["version"]}"']


OWN_CHECKS: list[Callable[..., Any]] = [errors_are_problems, nothing_of_the_inside_is_told, an_item_has_its_etag]
