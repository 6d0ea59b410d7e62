"""I9 and I11: what clients were told: one effect a key, no failure outside the fault, and then only a clear 503."""

from collections import defaultdict
from collections.abc import Iterator

from tests.faults.oracle.scene import Scene
from workflow.models import IdempotencyRecord


def one_effect_a_key(scene: Scene) -> Iterator[str]:
    """I9: every success under one key is the same success, and it is on record."""
    effects: defaultdict[str, set[tuple[str, str, int | None]]] = defaultdict(set)
    for answer in scene.answers:
        if answer.is_ok and answer.key:
            effects[answer.key].add((answer.number, answer.action, answer.version))
    for key, found in effects.items():
        if len(found) > 1:
            yield f"the key {key} had {len(found)} effects: {sorted(found, key=str)}"
    kept = set(IdempotencyRecord.objects.values_list("key", flat=True))
    for key in effects.keys() - kept:
        yield f"the key {key} was answered with success and is not on record"


def no_failure_outside_the_windows(scene: Scene) -> Iterator[str]:
    """I11: outside a fault no 5xx and no silence; within it a 503 that says what it is and when to come back."""
    for answer in scene.answers:
        where = f"{answer.action} of {answer.number}"
        if answer.status == 0 and not scene.is_in_a_window(answer.at):
            yield f"{where} was not answered, though all was well"
        if answer.status < 500:
            continue
        if not scene.is_in_a_window(answer.at):
            yield f"{where} was answered with {answer.status}, though all was well"
        if answer.status != 503 or not answer.code or not answer.retry_after:
            told = f"{answer.status}, code “{answer.code}”, Retry-After “{answer.retry_after}”"
            yield f"{where} failed without a clear 503: {told}"
