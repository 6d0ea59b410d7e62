"""The oracle: I1–I12 on the database, the gateway's record and the answers, after a fault. A violation is a sentence.

Nothing here asks the product whether it is right: what must hold is reckoned anew from rows, records and answers. Only
what a procedure, a right or a hash *is* comes from the product.
"""

from collections.abc import Callable, Iterator

from tests.faults.house import House
from tests.faults.oracle import answers, clocks, history, rest, telling
from tests.faults.oracle.scene import Answer, Scene

__all__ = ["INVARIANTS", "Answer", "Scene", "assert_all_is_well", "check_invariants"]

INVARIANTS: dict[str, Callable[[Scene], Iterator[str]]] = {
    "I1": history.every_change_once,
    "I2": history.nothing_uninvited,
    "I3": history.every_step_on_the_road,
    "I4": clocks.every_rung_once_and_in_time,
    "I5": telling.everybody_told_once,
    "I6": telling.gateway_and_attempts_agree,
    "I7": history.history_is_kept,
    "I8": rest.files_and_rows_agree,
    "I9": answers.one_effect_a_key,
    "I10": telling.nobody_told_without_access,
    "I11": answers.no_failure_outside_the_windows,
    "I12": rest.nothing_is_left_lying,
}


def check_invariants(scene: Scene | None = None) -> list[str]:
    """Every violation, with the invariant's number before it."""
    scene = scene or Scene()
    return [f"{name}: {sentence}" for name, look in INVARIANTS.items() for sentence in look(scene)]


def assert_all_is_well(house: House, **known: object) -> None:
    """Of a house that has come to rest."""
    scene = Scene(
        records=house.gateway.records,
        answers=house.answers,
        windows=house.windows,
        queued=house.unheard(),
        **known,
    )
    violations = check_invariants(scene)
    assert violations == [], "\n".join(violations)
