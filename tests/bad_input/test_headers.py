"""What writes carry beside their body: keys (B42), the version that was seen (B19); on every write that takes them."""

from __future__ import annotations

import pytest

from tests.api.callers import machine
from tests.bad_input.ground import WRITES, Answer, Ground, nothing_changes
from tests.permissions.described import Described
from tests.permissions.matrix import SCOPES


def needs(operation: Described, header: str) -> bool | None:
    """None: it takes none."""
    found = [one for one in operation.entry.get("parameters", []) if one["name"] == header and one["in"] == "header"]
    return found[0].get("required", False) if found else None


KEYED = {name: one for name, one in WRITES.items() if needs(one, "Idempotency-Key") is not None}
VERSIONED = {name: one for name, one in WRITES.items() if needs(one, "If-Match")}
KEYS = {
    "B42 empty": "",
    "B42 spaces": "   ",
    "B42 300 characters": "k" * 300,
    "B42 a space within": "a b",
    "B42 not ASCII": "键".encode().decode("latin-1"),
    "B42 a control character": "a\x7fb",
}
TAGS = {
    "B19 none": (None, "428 precondition-required"),
    "B19 empty": ("", "428 precondition-required"),
    "B19 whatever is there": ("*", "428 precondition-required"),
    "B19 without quotation marks": ("v1", "400 if-match"),
    "B19 several": ('"v1", "v2"', "400 if-match"),
    "B19 garbage": ("x" * 5000, "400 if-match"),
    "B19 not closed": ('"v1', "400 if-match"),
    "B19 weak": ('W/"v{}"', "400 if-match"),
    "B19 of something else": ('"{}"', "400 if-match"),
    "B19 beyond all numbers": ('"v' + "9" * 40 + '"', "400 if-match"),
    "B19 old": ('"v1"', "412 stale"),
    "B19 of the future": ('"v999999999"', "412 stale"),
    "B19 negative": ('"v-1"', "400 if-match"),
}


def test_what_a_machine_sends_without_a_key_is_refused(ground: Ground) -> None:
    """B42"""
    with nothing_changes():
        for name, operation in KEYED.items():
            if needs(operation, "Idempotency-Key"):
                answer = Answer.of(ground.send(operation, headers={"Idempotency-Key": None}))
                assert str(answer) == "400 idempotency-key-required", name


@pytest.mark.parametrize("case", KEYS)
def test_what_is_no_key_is_refused(ground: Ground, case: str) -> None:
    with nothing_changes():
        for name, operation in KEYED.items():
            answer = str(Answer.of(ground.send(operation, headers={"Idempotency-Key": KEYS[case]})))
            expected = "idempotency-key" if KEYS[case] else "idempotency-key-required"
            assert answer == f"400 {expected}", name


def test_a_key_is_of_one_request_only(ground: Ground) -> None:
    """B42: used for another operation, and for another body, it is refused."""
    key = {"Idempotency-Key": "taken"}
    report = WRITES["POST items/{number}/actions/report/"]
    assert Answer.of(ground.send(report, headers=key)).status == 200
    with nothing_changes():
        for name, operation in KEYED.items():
            if operation is not report:
                assert str(Answer.of(ground.send(operation, headers=key))) == "422 idempotency-key-reused", name
        assert str(Answer.of(ground.send(report, {"text": "另一句。"}, headers=key))) == "422 idempotency-key-reused"


def test_a_key_of_another_client_is_another_key(ground: Ground) -> None:
    """B42: it neither gets that client's answer nor is it in its way."""
    report, key = WRITES["POST items/{number}/actions/report/"], {"Idempotency-Key": "of-both"}
    assert Answer.of(ground.send(report, headers=key)).status == 200
    stranger = machine(ground.city.forestry, scopes=SCOPES)
    answer = ground.send(report, headers={**key, **stranger.headers})
    assert str(Answer.of(answer)) == "404 not-found"


@pytest.mark.parametrize("case", TAGS)
def test_what_does_not_name_the_version_that_is_there_changes_nothing(ground: Ground, case: str) -> None:
    tag, expected = TAGS[case]
    sent = tag and tag.format(ground.item.version)
    with nothing_changes():
        for name, operation in VERSIONED.items():
            answer = ground.send(operation, headers={"If-Match": sent})
            assert str(Answer.of(answer)) == expected, name
            if answer.status_code == 412:
                assert answer["ETag"] == f'"v{ground.item.version}"', name


def test_most_writes_are_meant() -> None:
    assert len(KEYED) > 30
    assert len(VERSIONED) > 20
