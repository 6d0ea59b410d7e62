"""Signed requests: what is accepted, and everything that is not."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.utils import timezone

from accounts.clients import signatures, sweeping
from accounts.clients.registry import change_client, revoke_client
from accounts.models import ClientSecret, MachineClient, UsedNonce, today
from tests import walking
from tests.api.callers import ALL_SCOPES, API, PNG, machine, problem
from tests.api.signing import Signer, signer
from tests.people import City
from workflow.lifecycle import State
from workflow.models import Evidence, WorkItem

ALGORITHMS = ("hmac-sha256", "hmac-sm3")


@pytest.fixture
def water(city: City) -> Signer:
    return signer(city.water)


@pytest.fixture
def assigned(city: City) -> WorkItem:
    return walking.walk(city, State.ASSIGNED, lead=city.water)


def accept(caller: Signer, item: WorkItem, **but: Any):
    headers = {"If-Match": f'"v{item.version}"'} | but.pop("headers", {})
    return caller.post(f"items/{item.number}/actions/accept/", headers=headers, **but)


# -- what is accepted --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_who_signs_is_known_with_all_scopes_of_the_client(water: Signer, algorithm: str) -> None:
    water.algorithm = algorithm
    me = water.get("me/").json()
    assert me["memberships"] == [{"department": "市水利局", "role": "clerk"}]
    assert me["client"]["client_id"] == water.client.client_id
    assert set(me["client"]["scopes"]) == set(ALL_SCOPES)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_action_is_taken_by_a_signed_request(water: Signer, assigned: WorkItem, algorithm: str) -> None:
    water.algorithm = algorithm
    assert accept(water, assigned).status_code == 200
    assigned.refresh_from_db()
    assert assigned.state == State.RECTIFYING


def test_a_signed_upload_arrives_byte_for_byte(city: City, water: Signer) -> None:
    item = walking.walk(city, State.RECTIFYING, lead=city.water)
    content = PNG + b"\0" * (2 * 1024 * 1024)  # more than is kept in memory
    body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("整改后.png", content), "kind": "after_photo"})
    answer = water.post(f"items/{item.number}/evidence/", body, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 201, answer.content
    assert Evidence.objects.get(item=item).sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("query", ["state=assigned&limit=5", "limit=5&state=assigned"])
def test_parameters_may_come_in_any_order(water: Signer, query: str) -> None:
    assert water.get("items/", query, signed={"query": "limit=5&state=assigned"}).status_code == 200


@pytest.mark.parametrize("query", ["q=a+b", "q=a%20b"])
def test_both_ways_to_write_a_space_are_signed_alike(water: Signer, query: str) -> None:
    assert water.get("items/", query, signed={"query": "q=a%20b"}).status_code == 200


def test_names_of_headers_have_no_case(water: Signer) -> None:
    given = water.headers("GET", f"{API}me/")
    meta = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in given.items()}
    assert Client().get(f"{API}me/", **meta).status_code == 200
    again = {name.lower(): text for name, text in water.headers("GET", f"{API}me/").items()}
    again["x-bihuan-signature"] = again["x-bihuan-signature"].upper()
    assert Client().get(f"{API}me/", headers=again).status_code == 200


@pytest.mark.parametrize("later", [-290, 290])
def test_clocks_may_be_apart_a_little(water: Signer, later: int) -> None:
    assert water.get("me/", signed={"later": later}).status_code == 200


def test_each_of_two_keys_signs_until_the_old_one_is_over(water: Signer) -> None:
    from accounts.clients.credentials import issue

    new = Signer(water.client, issue(water.client, ClientSecret.Kind.KEY, by=None))
    assert (new.get("me/").status_code, water.get("me/").status_code) == (200, 200)
    ClientSecret.objects.filter(ends_at__isnull=False).update(ends_at=timezone.now() - timedelta(seconds=1))
    assert new.get("me/").status_code == 200
    problem(water.get("me/"), 401, "signature-wrong")


def test_a_nonce_belongs_to_its_client(city: City, water: Signer) -> None:
    other = signer(city.tongbai)
    for caller in (water, other):
        assert caller.get("me/", signed={"nonce": "0123456789abcdef"}).status_code == 200


def test_a_signed_request_costs_a_few_queries(water: Signer, django_assert_num_queries: Any) -> None:
    water.get("me/")
    # client, keys, nonce in a transaction, memberships, quota; the use is noted once a minute
    with django_assert_num_queries(7):
        assert Client().head(f"{API}me/", headers=water.headers("HEAD", f"{API}me/")).status_code == 200


# -- what is not -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Key", "Timestamp", "Nonce", "Signature"])
def test_a_missing_header_is_named(water: Signer, name: str) -> None:
    answer = water.get("me/", headers={f"X-Bihuan-{name}": None})
    assert f"X-Bihuan-{name}" in problem(answer, 401, "signature-missing")["detail"]
    assert "Bihuan-Signature" in answer["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Key", ""),
        ("Key", "中"),
        ("Key", "x" * 101),
        ("Timestamp", ""),
        ("Timestamp", "now"),
        ("Timestamp", "1e9"),
        ("Timestamp", "-1"),
        ("Timestamp", "١٧٩٠٠٠٠٠٠٠"),
        ("Timestamp", "9" * 40),
        ("Nonce", ""),
        ("Nonce", "x" * 15),
        ("Nonce", "x" * 65),
        ("Nonce", "0123456789 abcdef"),
        ("Nonce", "0123456789abcdé"),
        ("Signature", ""),
        ("Signature", "0" * 64),
        ("Signature", "hmac-sha256"),
        ("Signature", "hmac-sha256 xyz"),
        ("Signature", "hmac-sha256 " + "0" * 63),
        ("Signature", "hmac-md5 " + "0" * 64),
        ("Signature", "hmac-sha1 " + "0" * 64),
    ],
)
def test_a_header_that_says_nothing_is_malformed(water: Signer, name: str, text: str) -> None:
    problem(water.get("me/", headers={f"X-Bihuan-{name}": text}), 401, "signature-malformed")


@pytest.mark.parametrize("later", [-600, 600])
def test_ten_minutes_are_too_far_away(water: Signer, later: int) -> None:
    problem(water.get("me/", signed={"later": later}), 401, "timestamp-outside-window")


def test_another_body_than_the_signed_one_changes_nothing(water: Signer, assigned: WorkItem) -> None:
    problem(accept(water, assigned, signed={"body": b'{"note": "x"}'}), 401, "signature-wrong")
    assigned.refresh_from_db()
    assert assigned.state == State.ASSIGNED


def test_another_query_or_method_than_the_signed_one_is_refused(water: Signer) -> None:
    problem(water.get("items/", "limit=5", signed={"query": "limit=6"}), 401, "signature-wrong")
    signed = water.headers("POST", f"{API}me/")
    problem(Client().get(f"{API}me/", headers=signed), 401, "signature-wrong")


@pytest.mark.parametrize("query", ["q=a%2Bb", "q=ab", "q=a%20b&q="])
def test_a_plus_sign_is_no_space(water: Signer, query: str) -> None:
    problem(water.get("items/", query, signed={"query": "q=a%20b"}), 401, "signature-wrong")


def test_another_key_is_refused(water: Signer) -> None:
    problem(water.get("me/", signed={"key": "0" * 64}), 401, "signature-wrong")


def test_the_hash_of_the_body_is_that_of_the_algorithm(water: Signer) -> None:
    digest = hashlib.new("sm3", b"").hexdigest()
    headers = water.headers("GET", f"{API}me/")
    lines = ("GET", f"{API}me/", "", digest, headers["X-Bihuan-Timestamp"], headers["X-Bihuan-Nonce"])
    mac = hmac.new(water.key.encode(), "\n".join(lines).encode(), "sha256").hexdigest()
    headers["X-Bihuan-Signature"] = f"hmac-sha256 {mac}"
    problem(Client().get(f"{API}me/", headers=headers), 401, "signature-wrong")


def test_a_replay_is_refused(water: Signer, assigned: WorkItem) -> None:
    once = {"nonce": "the-nonce-of-this-request"}
    assert accept(water, assigned, signed=once).status_code == 200
    problem(accept(water, assigned, signed=once), 401, "nonce-used")


def test_a_replay_is_refused_also_after_a_request_that_failed(water: Signer, assigned: WorkItem) -> None:
    once = {"nonce": "the-nonce-of-this-request"}
    problem(accept(water, assigned, signed=once, headers={"If-Match": '"v99"'}), 412, "stale")
    problem(accept(water, assigned, signed=once), 401, "nonce-used")


def test_a_wrong_signature_uses_up_no_nonce_of_the_client(water: Signer) -> None:
    once = {"nonce": "the-nonce-of-this-request"}
    water.get("me/", signed=once | {"key": "0" * 64})
    assert water.get("me/", signed=once).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_nonce_is_never_part_of_what_may_be_rolled_back(committed_city: City) -> None:
    water = signer(committed_city.water)
    with transaction.atomic():  # a mistake of ours is an error, not a nonce that counts for nothing
        problem(water.get("me/"), 500, "server-error")
    assert not UsedNonce.objects.exists()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity, gzip"])
def test_a_compressed_body_is_refused(water: Signer, coding: str) -> None:
    problem(water.post("items/bulk/", b"[]", headers={"Content-Encoding": coding}), 415, "unsupported-media-type")


def test_a_body_that_no_operation_takes_is_not_hashed_to_its_end(water: Signer, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    problem(water.post("items/bulk/", b"[" + b" " * 1000 + b"]"), 413, "too-large")


def test_a_token_and_a_signature_are_too_much(city: City, water: Signer) -> None:
    token = machine(city.water).headers["Authorization"]
    problem(water.get("me/", headers={"Authorization": token}), 401, "two-credentials")


def test_a_scope_that_was_not_given_is_not_had_by_signing(city: City) -> None:
    reader = signer(city.water, scopes=["events:read"])
    problem(reader.get("items/"), 403, "insufficient-scope")


def test_a_hidden_item_is_hidden_from_who_signs_too(city: City, assigned: WorkItem) -> None:
    problem(signer(city.forestry).get(f"items/{assigned.number}/"), 404, "not-found")


# -- clients that are not let in ---------------------------------------------------------------------------------------


def test_an_unknown_client_learns_no_more_than_one_with_a_wrong_key(water: Signer) -> None:
    wrong = water.get("me/", signed={"key": "0" * 64}).json()
    assert water.get("me/", headers={"X-Bihuan-Key": "nobody"}).json() == wrong


def test_a_revoked_client_signs_in_vain(city: City, water: Signer) -> None:
    revoke_client(water.client, by=city.system_admin)
    problem(water.get("me/"), 401, "signature-wrong")


def test_an_expired_client_signs_in_vain(water: Signer) -> None:
    MachineClient.objects.update(expires_on=today() - timedelta(days=1))
    problem(water.get("me/"), 401, "signature-wrong")


def test_a_client_that_was_switched_off_signs_in_vain(water: Signer) -> None:
    user = water.user
    user.is_active = False
    user.save(update_fields=["is_active"])
    problem(water.get("me/"), 401, "signature-wrong")


def test_a_client_without_a_key_signs_in_vain(water: Signer) -> None:
    ClientSecret.objects.filter(kind=ClientSecret.Kind.KEY).delete()
    problem(water.get("me/"), 401, "signature-wrong")


@pytest.mark.parametrize(
    ("address", "is_let_in"),
    [
        ("10.20.30.40", True),
        ("::ffff:10.20.30.40", True),
        ("2001:db8:1::7", True),
        ("10.21.0.1", False),
        ("2001:db8:2::7", False),
        ("::ffff:10.21.0.1", False),
        ("::1", False),
        ("", False),
        ("unix:", False),
    ],
)
def test_a_client_signs_from_its_networks_alone(city: City, address: str, is_let_in: bool) -> None:
    water = signer(city.water, networks=["10.20.0.0/16", "2001:db8:1::/48"])
    answer = water.get("me/", REMOTE_ADDR=address)
    if is_let_in:
        assert answer.status_code == 200
    else:
        problem(answer, 401, "signature-wrong")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_saying_where_one_comes_from_helps_nobody(city: City, header: str) -> None:
    water = signer(city.water, networks=["10.20.0.0/16"])
    answer = water.get("me/", headers={header: "10.20.30.40"}, REMOTE_ADDR="203.0.113.9")
    problem(answer, 401, "signature-wrong")


def test_networks_hold_from_the_next_request_on(city: City, water: Signer) -> None:
    terms = {"scopes": water.client.scopes, "expires_on": water.client.expires_on, "by": city.system_admin}
    change_client(water.client, networks=["192.0.2.0/24"], **terms)
    problem(water.get("me/"), 401, "signature-wrong")
    assert water.get("me/", REMOTE_ADDR="192.0.2.1").status_code == 200


# -- housekeeping ------------------------------------------------------------------------------------------------------


def test_nonces_are_kept_longer_than_their_request_could_be_accepted(water: Signer) -> None:
    water.get("me/", signed={"later": 290})
    sweeping.sweep()
    assert UsedNonce.objects.count() == 1
    now = timezone.now()
    UsedNonce.objects.update(expires_at=now - timedelta(seconds=290))
    sweeping.sweep()
    assert UsedNonce.objects.count() == 1
    UsedNonce.objects.update(expires_at=now - timedelta(seconds=310))
    sweeping.sweep()
    assert UsedNonce.objects.count() == 0


def test_without_sm3_the_start_says_so_and_the_algorithm_is_refused(
    water: Signer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    only = frozenset({"sha256"})
    monkeypatch.setattr(signatures, "AVAILABLE", only)
    monkeypatch.setattr("accounts.checks.AVAILABLE", only)
    call_command("check")
    assert "hmac-sm3" in capsys.readouterr().err
    answer = water.get("me/", signed={"algorithm": "hmac-sm3"})
    assert "hmac-sm3" in problem(answer, 401, "signature-malformed")["detail"]
    assert water.get("me/").status_code == 200


def test_the_key_can_be_read_by_this_installation_alone(water: Signer) -> None:
    stored = ClientSecret.objects.get(client=water.client, kind=ClientSecret.Kind.KEY).stored
    assert water.key not in stored
