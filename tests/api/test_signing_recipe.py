"""docs/api-signing.md: its values are those of openssl and ours, its lines print them."""

import hashlib
import hmac
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import RequestFactory

from accounts.clients import signatures
from accounts.clients.signatures import Claim
from workflow.api.signed import _text

RECIPE = (Path(settings.BASE_DIR) / "docs/api-signing.md").read_text(encoding="utf-8")
KEY = b"6f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"
# by openssl 3.0, with the lines that stand in the recipe
GOLDEN = {
    "hmac-sha256": "388174f9f10180cc6766d551aa98bfc915aa425d47b37154ee6c42a4380d49c9",
    "hmac-sm3": "ba5e60e28adbec2d8f1b554d65c222722b9b002c9bfeb56bae188cd49089afc5",
}


@pytest.mark.parametrize("algorithm", GOLDEN)
def test_the_values_of_the_recipe_are_ours(algorithm: str) -> None:
    name = signatures.ALGORITHMS[algorithm]
    digest = hashlib.new(name, '{"reason": "依据不足"}'.encode()).hexdigest()
    path, nonce = "/api/v1/items/NY2026-0001/actions/decline/", "9f8c2b1e7a6d4c03"
    text = signatures.text_to_sign("POST", path, "q=%e6%bb%a1&a+b=1", digest, "1790000000", nonce)
    assert hmac.new(KEY, text, name).hexdigest() == GOLDEN[algorithm]
    assert f"{algorithm} {GOLDEN[algorithm]}" in RECIPE


# by openssl 3.0, of an address with %2F and Chinese characters in its path
OF_A_PATH = {
    "hmac-sha256": "8e72f94d952213d8e04c7fc97370b211a0ef4bc1d2ec1a42f38d85c4009fb800",
    "hmac-sm3": "cf8fe897d417e2a79edea0decad499194d76a8ae9cb31f0be0cbc2149fd9cbf4",
}


@pytest.mark.parametrize("algorithm", OF_A_PATH)
def test_a_path_is_decoded_before_it_is_signed(algorithm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = signatures.ALGORITHMS[algorithm]
    request = RequestFactory().get("/api/v1/items/external/%E7%94%B2%2F7/")
    claim = Claim("", "1790000000", "9f8c2b1e7a6d4c03", name, b"")
    assert hmac.new(KEY, _text(request, claim), name).hexdigest() == OF_A_PATH[algorithm]
    assert f"{algorithm} {OF_A_PATH[algorithm]}" in RECIPE


# As for curl: a bare machine has none, and `./run test` asks for python3 alone. The figures are also computed above.
@pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl here")
def test_the_lines_of_the_recipe_print_what_it_says() -> None:
    (script,) = re.findall(r"```sh\n(.*?)```", RECIPE, re.S)
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == [f"{name} {mac}" for name, mac in GOLDEN.items()]


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a=2&a=10", "a=10&a=2"),
        ("a", "a="),
        ("a=", "a="),
        ("a=%7e%2f", "a=~%2F"),
        ("q=a+b", "q=a%20b"),
        ("q=a%20b", "q=a%20b"),
        ("q=a%2Bb", "q=a%2Bb"),
        ("q=满", "q=%E6%BB%A1"),
        ("a=1&&b=2", "a=1&b=2"),
    ],
)
def test_a_query_has_one_canonical_form(query: str, canonical: str) -> None:
    assert signatures.canonical_query(query) == canonical


def test_a_path_is_signed_percent_encoded() -> None:
    signed = signatures.text_to_sign("put", "/api/v1/items/external/甲 1:2/", "", "00", "1", "n")
    assert signed.decode().splitlines()[:2] == ["PUT", "/api/v1/items/external/%E7%94%B2%201%3A2/"]
