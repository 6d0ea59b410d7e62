"""Machines and people that go on working while the house breaks, and write down what they are told."""

import time
from collections.abc import Iterable
from itertools import count

import httpx
from django.test import Client
from django.utils import timezone

from accounts.models import Department, User
from accounts.roles import Role
from tests.api.callers import machine
from tests.faults.house import House
from tests.faults.oracle import Answer
from tests.people import DEPARTMENTS
from tests.walking import TERM
from workflow.models import Source, WorkItem

keys = count(1)


class Machine:
    """A department's own system at the API. What it hears joins the answers of its house."""

    def __init__(self, house: House, department: Department, roles: Iterable[Role] = (Role.CLERK,)) -> None:
        self.house = house
        caller = machine(department, roles)
        self.user = caller.user
        self.http = httpx.Client(base_url=f"{house.url}/api/v1/", headers=caller.headers, timeout=30, trust_env=False)
        self.seconds: list[float] = []  # how long each answer took

    def act(self, item: WorkItem, action: str, body: dict | None = None, key: str = "") -> Answer:
        """One request. On success the item in hand goes on to the version that was answered."""
        path = f"items/{item.number}/actions/{action}/"
        told = self.send("POST", path, body or {}, action, key, item.number, **_seen(item))
        if told.is_ok:
            item.version = told.version
        return told

    def send(
        self, method: str, path: str, body: dict, action: str, key: str = "", number: str = "", **headers: str
    ) -> Answer:
        """`number` is known beforehand, but for an item that is entered."""
        headers["Idempotency-Key"] = key = key or f"k{next(keys)}"
        began = time.monotonic()
        try:
            answer = self.http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError:
            told = Answer(number, action, key, 0, at=time.time())
        else:
            told = _told(number, action, key, answer)
        self.seconds.append(time.monotonic() - began)
        self.house.answers.append(told)
        return told

    def enter(self, source: Source, key: str = "", **headers: str) -> Answer:
        body = {"source": source.pk, "title": "河道垃圾", "description": "白河边堆放建筑垃圾。"}
        return self.send("POST", "items/", body, "create", key, **headers)

    def correct(self, item: WorkItem, key: str = "", **headers: str) -> Answer:
        """The version stays the one in hand, so that the same can be sent again."""
        path = f"items/{item.number}/"
        return self.send("PATCH", path, {"title": "白河垃圾"}, "revise", key, item.number, **_seen(item) | headers)

    def report(self, item: WorkItem, key: str = "") -> Answer:
        return self.act(item, "report", {"text": "已完成清运。"}, key)

    def hand_out(self, item: WorkItem, key: str = "") -> Answer:
        """Assign it to the water bureau, whose people are told by mail at once."""
        due_on = (timezone.localdate() + TERM).isoformat()
        elements = {"lead": DEPARTMENTS["water"], "measures": "清淤。", "standard": "水面无漂浮物。", "due_on": due_on}
        return self.act(item, "assign", elements, key)

    def insist(self, item: WorkItem, patience: float = 60) -> Answer:
        """Report, with one key until there is an answer that means something."""
        key, until = f"k{next(keys)}", time.monotonic() + patience
        while True:
            told = self.report(item, key)
            if told.is_ok or not (told.status == 0 or told.status >= 500 or told.retry_after):
                return told
            assert time.monotonic() < until, f"no answer but {told}"
            time.sleep(0.2)


def office_of(house: House) -> Machine:
    """The committee office's own system, which hands out."""
    return Machine(house, house.city.office, [Role.DISPATCHER])


def _seen(item: WorkItem) -> dict[str, str]:
    return {"If-Match": f'"v{item.version}"'}


def _told(number: str, action: str, key: str, answer: httpx.Response) -> Answer:
    is_problem = answer.headers.get("Content-Type") == "application/problem+json"
    tag = answer.headers.get("ETag", "")
    return Answer(
        number or ("" if is_problem else answer.json()["number"]),
        action,
        key,
        answer.status_code,
        version=int(tag.strip('"v')) if tag else None,
        code=answer.json()["code"] if is_problem else "",
        retry_after=answer.headers.get("Retry-After", ""),
        is_replay="Idempotent-Replayed" in answer.headers,
        at=time.time(),
    )


def browser(house: House, user: User) -> httpx.Client:
    """Somebody who has signed in before anything broke."""
    client = Client()
    client.force_login(user)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return httpx.Client(base_url=house.url, cookies=cookies, timeout=30, trust_env=False)


def slowest(seconds: list[float]) -> float:
    """The 95th percentile."""
    return sorted(seconds)[int(len(seconds) * 0.95)]
