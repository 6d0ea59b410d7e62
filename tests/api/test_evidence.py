"""Evidence over HTTP: in, listed, out again; and to whom not."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from tests import walking
from tests.api.callers import API, PNG, fields, machine, person, problem
from tests.pages.reading import queries
from tests.people import City
from tests.workflow.test_photographs import picture
from workflow.lifecycle import State
from workflow.models import Evidence


def test_a_file_goes_in_is_listed_and_comes_out_the_same(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = machine(city.environment)
    answer = caller.upload(item, note="东侧", taken_at="2025-06-01T09:00:00+08:00")
    seen = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, seen["url"])
    assert " ".join(seen) == (
        "id kind name size sha256 content_type note taken_at shot_at latitude longitude replaces replaced_by "
        "uploaded_by department uploaded_at cycle url"
    )
    assert (seen["sha256"], seen["size"]) == (hashlib.sha256(PNG).hexdigest(), len(PNG))
    assert (seen["taken_at"], seen["department"]) == ("2025-06-01T09:00:00+08:00", "市生态环境局")
    assert caller.get(f"items/{item.number}/evidence/").json()["results"] == [seen]
    assert b"".join(caller.http.get(seen["url"], headers=caller.headers).streaming_content) == PNG


def test_a_download_is_never_a_page(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    url = person(city.environment_clerk).upload(item, name="整改; 后'.png").json()["url"]
    answer = person(city.verifier).http.get(url, headers={"Accept": "image/png"})
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == "attachment; filename*=UTF-8''%E6%95%B4%E6%94%B9%3B%20%E5%90%8E%27.png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


def test_a_retry_stores_one_file(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = machine(city.environment)
    first, again = (caller.upload(item, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == again.json()
    assert (again.status_code, again["Location"], again["Idempotent-Replayed"]) == (201, first["Location"], "true")
    other = caller.upload(item, content=PNG + b"x", headers={"Idempotency-Key": "k"})
    problem(other, 422, "idempotency-key-reused")
    assert Evidence.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "selfie"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"note": "x" * 301}, "note"),
        ({"note": "\0"}, "note"),
        ({"taken_at": "yesterday"}, "taken_at"),
        ({"by": "1"}, "by"),
        ({"replaces": "x"}, "replaces"),
        ({"replaces": "0"}, "replaces"),
        ({"replaces": "9" * 30}, "replaces"),
        ({"shot_at": "2025-06-01T09:00:00+08:00"}, "shot_at"),
        ({"file": "text"}, "file"),
    ],
)
def test_a_wrong_form_is_named(city: City, given: dict[str, Any], field: str) -> None:
    item = walking.walk(city, State.RECTIFYING)
    answer = person(city.environment_clerk).upload(item, **given)
    assert fields(problem(answer, 400, "invalid-input")) == [field]


def raw_form(*parts: tuple[bytes, bytes]) -> bytes:
    """Of heads (after `form-data; `) and contents, as no client library writes it."""
    pieces = [b"--x\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % part for part in parts]
    return b"".join(pieces) + b"--x--\r\n"


FILE, KIND = (b'name="file"; filename="a.png"', PNG), (b'name="kind"', b"document")
GBK = "东侧".encode("gbk")


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ([FILE, FILE, KIND], "parse-error", "file"),
        ([FILE, KIND, KIND], "parse-error", "kind"),
        ([FILE, (b'name="file"', b"text"), KIND], "parse-error", "file"),
        ([FILE, KIND, (b'name="note"', GBK)], "parse-error", "note"),
        ([(b'name="file"; filename="%b.png"' % GBK, PNG), KIND], "invalid-input", "file"),
        ([(b"name=\"file\"; filename*=UTF-8''%B6%AB.png", PNG), KIND], "parse-error", "file"),
    ],
    ids=["two files", "two kinds", "a file and a text", "GBK note", "GBK name", "GBK name, percent-encoded"],
)
def test_a_form_is_unambiguous_and_in_utf_8(
    city: City, parts: list[tuple[bytes, bytes]], code: str, field: str
) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller, kind = person(city.environment_clerk), "multipart/form-data; boundary=x"
    place = f"{API}items/{item.number}/evidence/"
    wrong = problem(caller.http.generic("POST", place, raw_form(*parts), kind, headers=caller.headers), 400, code)
    assert fields(wrong) == [field]
    assert any(word in wrong["errors"][0]["message"] for word in ("UTF-8", "重复"))
    assert not Evidence.objects.exists()
    good = caller.http.generic("POST", place, raw_form(FILE, KIND), kind, headers=caller.headers)
    assert good.status_code == 201


def test_an_empty_file_is_refused(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    problem(person(city.environment_clerk).upload(item, content=b""), 400, "file-empty")


def test_the_same_file_twice_is_a_conflict(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    caller = person(city.environment_clerk)
    caller.upload(item)
    problem(caller.upload(item), 409, "file-twice")


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain"])
def test_evidence_comes_as_a_form_with_its_boundary(city: City, kind: str) -> None:
    item = walking.walk(city, State.RECTIFYING)
    answer = person(city.environment_clerk).post(f"items/{item.number}/evidence/", **{"Content-Type": kind})
    assert answer.status_code in (400, 415)
    assert answer["Content-Type"] == "application/problem+json"


def test_evidence_is_added_once_the_item_was_accepted(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    problem(person(city.environment_clerk).upload(item), 409, "not-in-this-state")


def test_a_newer_version_says_what_it_replaces_and_the_old_one_by_what(city: City) -> None:
    item, caller = walking.walk(city, State.RECTIFYING), person(city.environment_clerk)
    old = caller.upload(item).json()["id"]
    new = caller.upload(item, PNG + b"2", replaces=str(old)).json()
    assert (new["replaces"], new["replaced_by"]) == (old, None)
    first, second = caller.get(f"items/{item.number}/evidence/").json()["results"]
    assert (first["replaced_by"], second) == (new["id"], new)
    again = problem(caller.upload(item, PNG + b"3", replaces=str(old)), 400, "replaces")
    assert fields(again) == ["replaces"]


def test_a_list_of_versions_costs_no_query_a_row(city: City) -> None:
    item, caller = walking.walk(city, State.RECTIFYING), person(city.environment_clerk)
    walking.add_evidence(item, city.environment_clerk)
    few = queries(lambda: caller.get(f"items/{item.number}/evidence/"))
    for _ in range(3):
        old = walking.add_evidence(item, city.environment_clerk)
        walking.add_evidence(item, city.environment_clerk, replaces=old.pk)
    assert queries(lambda: caller.get(f"items/{item.number}/evidence/")) == few


def test_what_a_photograph_says_is_told(city: City) -> None:
    item, caller = walking.walk(city, State.RECTIFYING), person(city.environment_clerk)
    content = picture({0x9003: "2025:06:01 09:30:00"}, {1: "N", 2: (33.0, 0.0, 0.0), 3: "E", 4: (112.5, 0.0, 0.0)})
    seen = caller.upload(item, content, "照片.jpg").json()
    assert (seen["shot_at"], seen["latitude"], seen["longitude"]) == ("2025-06-01T09:30:00+08:00", 33.0, 112.5)


def test_only_those_responsible_add_evidence(city: City) -> None:
    item = walking.walk(city, State.RECTIFYING)
    problem(person(city.supervisor).upload(item), 403, "not-the-responsible")
    problem(person(city.verifier).upload(item), 409, "not-in-this-state")
    problem(person(city.xixia_clerk).upload(item), 404, "not-found")
    problem(machine(city.environment, scopes=["items:read", "actions"]).upload(item), 403, "insufficient-scope")
    assert not Evidence.objects.exists()


def test_a_file_is_hidden_with_its_item_and_belongs_to_it(city: City) -> None:
    item, other = walking.walk(city, State.RECTIFYING), walking.walk(city, State.RECTIFYING, lead=city.water)
    url = person(city.environment_clerk).upload(item).json()["url"]
    problem(person(city.xixia_clerk).http.get(url), 404, "not-found")
    problem(person(city.water_clerk).http.get(url.replace(item.number, other.number)), 404, "not-found")
    problem(person(city.dispatcher).http.get(url.replace(item.number, other.number)), 404, "not-found")
    problem(Client().get(url), 401, "not-authenticated")


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_a_file_that_never_was(city: City, pk: str) -> None:
    item = walking.walk(city, State.RECTIFYING)
    problem(person(city.dispatcher).get(f"items/{item.number}/evidence/{pk}/content/"), 404, "not-found")


def test_a_file_that_is_gone_from_the_disk_is_not_found(city: City, settings) -> None:
    item = walking.walk(city, State.RECTIFYING)
    evidence = walking.add_evidence(item, city.environment_clerk)
    (settings.DATA_DIR / evidence.path).unlink()
    answer = person(city.dispatcher).http.get(f"{API}items/{item.number}/evidence/{evidence.pk}/content/")
    problem(answer, 404, "not-found")
