"""However many ask at once, a bucket lets through what it holds: not one more, not one less."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.concurrency.racing import race
from workflow.api.limits import Quota, Standing, take
from workflow.models import RateBucket

NOON = timezone.now()


@pytest.fixture(autouse=True)
def quotas(settings: Any) -> None:
    settings.API_READS_PER_MINUTE, settings.API_STRANGERS_PER_MINUTE = 25, 10


def admitted(found: list[list[Standing]]) -> int:
    return sum(standing.is_admitted for standings in found for standing in standings)


def test_twenty_threads_get_what_one_would_get(transactional_db: None) -> None:
    found = race([lambda: [take(Quota.READ, "one", now=NOON) for _ in range(10)]] * 20)
    assert admitted(found) == 25
    left = sorted(standing.left for standings in found for standing in standings if standing.is_admitted)
    assert left == list(range(25))


def test_prices_are_paid_whole_or_not_at_all(transactional_db: None) -> None:
    """Requests of seven: three go through, a fourth does not take what is left."""
    found = race([lambda: [take(Quota.READ, "one", 7, NOON) for _ in range(3)]] * 12)
    assert admitted(found) == 3
    assert sum(take(Quota.READ, "one", now=NOON).is_admitted for _ in range(10)) == 4


def test_two_callers_do_not_share(transactional_db: None) -> None:
    def asking(whose: str) -> Any:
        return lambda: [take(Quota.READ, whose, now=NOON) for _ in range(10)]

    found = race([asking(whose) for _ in range(6) for whose in ("one", "another")])
    assert admitted(found) == 50


def test_the_database_s_own_clock_lets_through_no_more_than_refills(transactional_db: None) -> None:
    found = race([lambda: [take(Quota.READ, "one") for _ in range(10)]] * 20)
    seconds = (timezone.now() - RateBucket.objects.get().full_at).total_seconds() + 60
    assert 25 <= admitted(found) <= 25 + max(0, seconds) // (60 / 25) + 1


def test_guesses_at_once_are_let_through_ten_times(transactional_db: None) -> None:
    def guess() -> int:
        return Client().get("/api/v1/me/", headers={"Authorization": "Bearer x"}).status_code

    began = timezone.now()
    found = race([guess] * 24)
    refilled = (timezone.now() - began).total_seconds() // 6
    assert set(found) == {401, 429}
    assert 10 <= found.count(401) <= 10 + refilled
