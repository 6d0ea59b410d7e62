"""Fixtures of the API's tests."""

import pytest
from pytest_django.fixtures import SettingsWrapper


@pytest.fixture(autouse=True)
def quick_secrets(settings: SettingsWrapper) -> None:
    """The slow hash is Django's own affair; every machine in these tests would pay for it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
