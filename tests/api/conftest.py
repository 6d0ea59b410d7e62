"""The site before programs that are not Python's test client."""

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.people import City


@pytest.fixture
def site(committed_city: City, settings: Any, live_server: LiveServer) -> str:
    """Its address. It runs in this process, so that settings hold for it too."""
    settings.SECURE_SSL_REDIRECT = False
    return live_server.url
