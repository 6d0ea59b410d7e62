"""The doors by which a person takes an action: a page's form, the API, the API for many. Each says why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client
from django.utils import translation

from accounts.models import User
from tests.api.callers import person
from tests.pages.reading import text_of
from tests.workflow.asking import refusal_of
from workflow import services
from workflow.lifecycle import Action
from workflow.models import WorkItem
from workflow.refusal import Refusal


@dataclass
class Attempt:
    """Somebody tries something that must not be; `given` is what the verb is given, `written` what a form sends."""

    by: User
    item: WorkItem
    action: Action
    given: dict[str, Any]
    written: dict[str, Any] = field(default_factory=dict)

    def refusal(self) -> Refusal:
        """What the verb itself says."""
        return refusal_of(services.VERBS[self.action], self.item, by=self.by, version=self.item.version, **self.given)


Door = Callable[[Attempt], Callable[[], None]]  # signs in; what comes back then tries, and raises if it gets through


def page(attempt: Attempt) -> Callable[[], None]:
    """The form of the action. A page has no codes: it shows the sentence."""
    browser, item, refusal = Client(), attempt.item, attempt.refusal()
    browser.force_login(attempt.by)
    with translation.override(attempt.by.language):
        sentence = " ".join(str(refusal).split())

    def go() -> None:
        sent = {"version": item.version, **attempt.given, **attempt.written}
        answer = browser.post(f"/items/{item.number}/actions/{attempt.action}/", sent)
        assert answer.status_code in (403, 409)
        assert sentence in text_of(answer)

    return go


def api(attempt: Attempt) -> Callable[[], None]:
    caller, refusal = person(attempt.by), attempt.refusal()

    def go() -> None:
        answer = caller.act(attempt.item, attempt.action.value, attempt.given)
        assert (answer.status_code, answer.json()["code"]) == (STATUS[refusal.kind], refusal.code)

    return go


def bulk(attempt: Attempt) -> Callable[[], None]:
    caller, refusal, item = person(attempt.by), attempt.refusal(), attempt.item
    element = {"action": attempt.action, "number": item.number, "version": item.version, **attempt.given}

    def go() -> None:
        (result,) = caller.bulk([element]).json()
        assert (result["status"], result["problem"]["code"]) == (STATUS[refusal.kind], refusal.code)

    return go


STATUS = {"forbidden": 403, "conflict": 409, "invalid": 422, "stale": 412}
DOORS: dict[str, Door] = {"page": page, "api": api, "bulk": bulk}
