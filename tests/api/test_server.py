"""What the server itself refuses before Django sees it (B04, B08): and goes on serving."""

from __future__ import annotations

import http.client
from collections.abc import Iterator

import pytest

from tests.bench.rig import web
from tests.bench.rig.web import Site

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def site(committed_city: object) -> Iterator[Site]:
    with web.site("config.wsgi:application", {}) as found:
        yield found


def status_of(site: Site, path: str = "/livez", **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=web.PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_lines_and_headers_without_end_are_refused(site: Site) -> None:
    refused = [
        status_of(site, "/api/v1/items/?q=" + "x" * 100_000),
        status_of(site, **{"Idempotency-Key": "k" * 100_000}),
        status_of(site, **{f"X-{number}": "x" for number in range(500)}),
    ]
    assert all(400 <= status < 500 for status in refused), refused
    assert status_of(site) == 200
