"""Fixtures for every room: the seed city with its people, and a browser that is signed in."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from accounts.models import User
from tests import complaints, people
from tests.people import City
from workflow.models import WorkItem


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--road-examples", type=int, help="how many stories tests/workflow/test_road_model.py tells")


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Passwords and clients' secrets are hashed half a second each on purpose; hundreds of them in tests are not."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(cheap_hashes: None, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The city is founded once for a new database."""
    with django_db_blocker.unblock():
        people.found_the_city()


@pytest.fixture(autouse=True)
def nobody_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lot that chooses items to be looked back at falls the same way in every run: never on a mere share."""
    monkeypatch.setattr("workflow.services.look_backs.draw", lambda: 99)


@pytest.fixture
def city(db: None) -> City:
    """Departments, procedures, the calendar and people. What a test does to them is rolled back."""
    people.found_the_city()  # again only after a test that emptied the database
    return City()


@pytest.fixture
def committed_city(transactional_db: None) -> City:
    """The same for tests with threads, other processes or on_commit; the database is emptied afterwards."""
    people.found_the_city()
    return City()


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser in which this person has signed in."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def rectified(city: City) -> WorkItem:
    """A petition that the environment bureau rectifies, with its matters."""
    return complaints.in_work(city)
