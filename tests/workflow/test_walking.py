"""The tests' own legs: an item gets to every state by the real verbs."""

import pytest

from tests.walking import walk
from workflow.lifecycle import State
from workflow.models import Procedure


@pytest.mark.parametrize("state", State)
def test_an_item_walks_to_every_state(city, state):
    assert walk(city, state).state == state


@pytest.mark.parametrize(
    "code", ["central-inspection", "provincial-inspection", "own-finding", "plan-task", "campaign"]
)
def test_items_of_every_procedure_reach_the_end(city, code):
    assert walk(city, State.CLOSED, procedure=code).state == State.CLOSED


def test_every_shipped_procedure_is_walked(city):
    assert Procedure.objects.count() == 6
