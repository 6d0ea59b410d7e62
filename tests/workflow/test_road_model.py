"""People and the clock do whatever they can think of, and the road stays what its table says (Hypothesis).

Each example is one story of an item and its parts, told to the real verbs and to road_model; after each step both must
agree, and at its end the history must be one that the rules allow. 300 stories in the normal run, more with
`--road-examples=20000`. The normal run draws the same stories every time, so that a failure is the change's and not
the day's; a long one draws new ones, and takes its time to make a failing one short.
"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from accounts.models import User
from accounts.roles import Role
from tests.people import PEOPLE, City, appoint
from tests.workflow.road_ladder import LateRoad
from tests.workflow.road_machine import BUSYBODY
from tests.workflow.road_model import People
from workflow import services
from workflow.lifecycle import Action
from workflow.models import Procedure

NORMAL = 300
STEPS = 30
HATS = [
    (Role.CLERK, "environment"),
    (Role.CLERK, "water"),
    (Role.CLERK, "tongbai"),
    (Role.VERIFIER, "office"),
    (Role.VERIFIER, "water"),
    (Role.SUPERVISOR, "office"),
    (Role.DISPATCHER, "office"),
]


@pytest.fixture
def people(city: City) -> People:
    """Everybody of the city, and one who has seven hats."""
    busybody = User.objects.create(username=BUSYBODY, name="多面手")
    for role, place in HATS:
        appoint(busybody, role, getattr(city, place))
    Procedure.objects.exclude(code="petition").update(look_back_share=100)
    Procedure.objects.filter(code="petition").update(look_back_share=0)  # nobody draws lots
    everybody = {username: [(role, place)] for username, (_, role, place, _) in PEOPLE.items()}
    return everybody | {BUSYBODY: HATS}


def test_the_road_is_what_its_table_says_whoever_walks_it(city, people, request):
    chosen = request.config.getoption("--road-examples")
    how = settings(
        max_examples=chosen or NORMAL,
        stateful_step_count=STEPS,
        derandomize=chosen is None,
        deadline=None,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if chosen else [])],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    done: Counter[Action] = Counter()
    run_state_machine_as_test(lambda: LateRoad(city, people, done), settings=how)
    assert set(done) == set(services.VERBS) or (chosen or NORMAL) < NORMAL, "a verb that no story reached is untested"
