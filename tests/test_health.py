"""What a load balancer asks: over plain HTTP, by a host name that is ours."""

import pytest
from django.test import Client


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_told_without_encryption(settings, path):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get(path)
    assert (answer.status_code, answer.content) == (200, b"ok\n")


@pytest.mark.parametrize("path", ["/sign-in/", "/livez/", "/api/v1/items/readyz", "/livezz"])
def test_everything_else_is_sent_to_encryption(settings, path):
    settings.SECURE_SSL_REDIRECT = True
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"]) == (301, f"https://testserver{path}")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/sign-in/"])
def test_a_host_that_is_not_ours_is_refused(settings, path):
    settings.ALLOWED_HOSTS = ["bihuan.city.example"]
    assert Client().get(path, headers={"host": "10.0.0.7"}).status_code == 400
