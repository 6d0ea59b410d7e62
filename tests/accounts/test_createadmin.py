"""The first system administrator of a fresh installation."""

import pytest
from django.core.management import CommandError, call_command

from accounts.management.commands import createadmin
from accounts.models import Department, User
from accounts.roles import Permission
from tests.people import PASSWORD


@pytest.fixture
def typed(monkeypatch):
    """What somebody types at the two questions."""

    def answer(*words: str) -> None:
        waiting = list(words)
        monkeypatch.setattr(createadmin, "getpass", lambda prompt: waiting.pop(0))

    return answer


def test_the_first_administrator_keeps_people_and_the_house_and_nothing_else(city, typed):
    typed(PASSWORD, PASSWORD)
    call_command("createadmin", "root")
    root = User.objects.get(username="root")
    assert {permission for permission in Permission if root.may(permission)} == {
        Permission.MANAGE_PEOPLE,
        Permission.OPERATE,
    }
    assert root.check_password(PASSWORD)


def test_the_first_administrator_is_no_superuser(city, typed):
    typed(PASSWORD, PASSWORD)
    call_command("createadmin", "root")
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("words", [(PASSWORD, "another"), ("short", "short"), ("12345678901", "12345678901")])
def test_a_password_that_will_not_do_creates_nobody(city, typed, words):
    typed(*words)
    with pytest.raises(CommandError):
        call_command("createadmin", "root")
    assert not User.objects.filter(username="root").exists()


@pytest.mark.parametrize("username", ["dispatcher", "no spaces allowed", ""])
def test_a_name_that_will_not_do_creates_nobody(city, typed, username):
    typed(PASSWORD, PASSWORD)
    before = User.objects.count()
    with pytest.raises(CommandError):
        call_command("createadmin", username)
    assert User.objects.count() == before


def test_without_an_office_the_command_says_what_to_do(city, typed):
    Department.objects.filter(kind="office").update(kind="municipal")
    with pytest.raises(CommandError, match="seed"):
        call_command("createadmin", "root")
