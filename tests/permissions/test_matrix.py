"""Every operation of the API × every caller × every relation: who gets through, and that nobody else sees or changes
anything. What is asked comes from the description, who may from matrix.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.permissions.described import Described, operations
from tests.permissions.matrix import EVERY_CALLER, MATRIX, Row, cells, expected
from tests.permissions.world import NEVER_WAS, World, lasting
from tests.workflow.fingerprint import fingerprint

pytestmark = pytest.mark.django_db
GATES = (401, 403, 404)
# Tables that a request may write although it is refused, and why.
NOT_THE_EFFECT = ("django_session",)  # a session is put off with each use


def outcome(status: int) -> int:
    """The gate at which it stopped, or 200 for whatever comes behind."""
    return status if status in GATES else 200


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    assert set(MATRIX) == set(operations())


def test_every_caller_is_there(world: World) -> None:
    assert set(world.callers) == EVERY_CALLER


def test_a_row_names_the_scope_of_the_description() -> None:
    assert {name: row.scope for name, row in MATRIX.items()} == {
        name: operation.scope for name, operation in operations().items()
    }


@pytest.mark.parametrize("name", MATRIX)
def test_through_the_gates_comes_who_the_table_says(world: World, name: str) -> None:
    """What is hidden answers like what never was; and nothing is changed by whoever is refused."""
    row, operation = MATRIX[name], operations()[name]
    before = fingerprint(without=NOT_THE_EFFECT)
    assert _wrong_cells(world, row, operation) == []
    assert fingerprint(without=NOT_THE_EFFECT) == before


def _wrong_cells(world: World, row: Row, operation: Described) -> list[str]:
    wrong, versions = [], world.ground.versions()
    never: dict[str, Any] = {}  # by caller: the answer about what never was
    for caller, relation in cells(row):
        place = world.address(row.about, relation)
        answer = world.ask(caller, operation, place, version=versions.get(relation, 1))
        wanted = expected(row, caller, relation)
        if outcome(answer.status_code) != wanted:
            wrong.append(f"{caller} × {relation}: {answer.status_code}, not {wanted}: {answer.content.decode()}")
        elif wanted == 404:
            if caller not in never:
                never[caller] = lasting(world.ask(caller, operation, NEVER_WAS))
            if lasting(answer) != never[caller]:
                wrong.append(f"{caller} × {relation}: {lasting(answer)}, but of what never was {never[caller]}")
    return wrong
