"""Whoever builds against the API finds everything in its description: what, why, examples, errors, scopes."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from tests.people import City
from workflow.api.glossary import FIELDS

WITHOUT_CONTENT = ("204",)
# Answers that are no JSON, and why there is no example of them.
BYTES = {"evidence_content"}  # a photograph


def described(language: str) -> dict[str, Any]:
    return Client().get("/api/v1/schema/", headers={"Accept-Language": language}).json()


@pytest.fixture
def description(db: None) -> dict[str, Any]:
    return described("zh-CN")


def operations(description: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in description["paths"].values():
        yield from methods.values()


def contents(description: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body and every answer: where it stands, and its media type object."""
    for operation in operations(description):
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            yield f"{operation['operationId']} takes {kind}", content
        for status, answer in operation["responses"].items():
            for content in answer.get("content", {}).values():
                yield f"{operation['operationId']} {status}", content


def complaints(description: dict[str, Any], content: dict[str, Any]) -> list[str]:
    """What its own schema has against the examples of a body or an answer."""
    whole = content["schema"] | {"components": description["components"]}
    checker = Draft202012Validator(whole, format_checker=validator_for(whole).FORMAT_CHECKER)
    values = [example["value"] for example in content.get("examples", {}).values()]
    return [f"{error.json_path}: {error.message}" for value in values for error in checker.iter_errors(value)]


def test_every_body_and_every_answer_has_an_example(description: dict[str, Any]) -> None:
    bare = [where for where, content in contents(description) if not content.get("examples")]
    assert [where for where in bare if where.split()[0] not in BYTES] == []


def test_every_example_is_what_its_schema_says(description: dict[str, Any]) -> None:
    wrong = {where: found for where, content in contents(description) if (found := complaints(description, content))}
    assert wrong == {}


def test_the_check_of_examples_bites(description: dict[str, Any]) -> None:
    content = description["paths"]["/api/v1/items/{number}/"]["get"]["responses"]["200"]["content"]["application/json"]
    (example,) = content["examples"].values()
    example["value"]["state"] = "lost"
    example["value"]["due_on"] = "someday"
    assert len(complaints(description, content)) >= 2


def test_every_operation_says_what_it_does_and_what_it_needs(description: dict[str, Any]) -> None:
    for operation in operations(description):
        assert operation["summary"], operation["operationId"]
        assert operation["tags"], operation["operationId"]
        ((scope,),) = [entry["client"] for entry in operation["security"] if "client" in entry]
        assert scope in settings.OAUTH2_PROVIDER["SCOPES"], operation["operationId"]


def test_every_answer_says_when_it_comes(description: dict[str, Any]) -> None:
    for operation in operations(description):
        silent = [status for status, answer in operation["responses"].items() if not answer["description"]]
        assert silent == [], operation["operationId"]


def test_every_operation_names_the_errors_that_any_may_have(description: dict[str, Any]) -> None:
    for operation in operations(description):
        assert {"400", "401", "403", "404"} <= set(operation["responses"]), operation["operationId"]
        if "requestBody" in operation:
            assert {"413", "415"} <= set(operation["responses"]), operation["operationId"]


def test_every_parameter_has_a_word_on_it(description: dict[str, Any]) -> None:
    for operation in operations(description):
        silent = [entry["name"] for entry in operation.get("parameters", []) if not entry.get("description")]
        assert silent == [], operation["operationId"]


def test_every_answer_with_one_item_carries_its_etag(description: dict[str, Any]) -> None:
    for where, content in contents(description):
        if content["schema"].get("$ref", "").endswith("/Item"):
            name, status = where.split()
            operation = next(entry for entry in operations(description) if entry["operationId"] == name)
            assert "ETag" in operation["responses"][status]["headers"], where


def test_every_component_is_explained(description: dict[str, Any]) -> None:
    components = description["components"]["schemas"]
    objects = {name: entry for name, entry in components.items() if entry.get("type") == "object"}
    assert [name for name, entry in objects.items() if not entry.get("description")] == []


def is_chinese(text: str | None) -> bool:
    return bool(re.search("[一-鿿]{2}", text or ""))


def test_every_operation_component_and_field_is_explained_in_chinese(description: dict[str, Any]) -> None:
    components = description["components"]["schemas"]
    silent = [entry["operationId"] for entry in operations(description) if not is_chinese(entry["summary"])]
    silent += [one["operationId"] for one in operations(description) if not is_chinese(one.get("description", "没有"))]
    for name, entry in components.items():
        if entry.get("type") == "object" and not is_chinese(entry.get("description")):
            silent.append(name)
        fields = entry.get("properties", {}).items()
        silent += [f"{name}.{field}" for field, told in fields if not is_chinese(told.get("description"))]
    assert silent == []


def test_every_field_of_the_glossary_is_there(description: dict[str, Any]) -> None:
    components = description["components"]["schemas"]
    fields = {(name, field) for name, entry in components.items() for field in entry.get("properties", ())}
    there = {field for _name, field in fields} | {".".join(pair) for pair in fields}
    assert FIELDS.keys() - there == set()


def test_every_choice_says_what_it_means(description: dict[str, Any]) -> None:
    unclear = []
    for name, entry in description["components"]["schemas"].items():
        for value in filter(None, entry.get("enum") or []):
            if not re.search(rf"^\* `{value}` - .*[一-鿿]", entry.get("description", ""), re.M):
                unclear.append(f"{name}: {value}")
    assert unclear == []


def test_the_description_has_a_name_that_any_header_carries(db: None) -> None:
    answer = Client().get("/api/v1/schema/")
    assert answer["Content-Disposition"] == 'inline; filename="bihuan-api-v1.json"'


def test_enumerations_have_names_that_mean_something(description: dict[str, Any]) -> None:
    """Two lists with one name get a digest for a name, e.g. Kind3f2Enum; settings.py names such by hand."""
    names = description["components"]["schemas"]
    assert [name for name in names if re.search(r"[0-9a-f]{3}Enum$|\d", name)] == []


@pytest.mark.parametrize(
    ("language", "words"), [("zh-CN", "令牌 错误 版本 列表 限制 动态"), ("en", "token error If-Match")]
)
def test_the_introduction_says_how_to_begin(db: None, language: str, words: str) -> None:
    introduction = described(language)["info"]["description"]
    assert [word for word in words.split() if word not in introduction] == []
    for name in ("/oauth/token/", "application/problem+json", "Idempotency-Key", "If-Match", "next", "Retry-After"):
        assert name in introduction


def test_in_chinese_everything_is_said_in_chinese(description: dict[str, Any]) -> None:
    said = [tag["description"] for tag in description["tags"]]
    for operation in operations(description):
        said += [operation["summary"], *(answer["description"] for answer in operation["responses"].values())]
        said += [entry["description"] for entry in operation.get("parameters", []) if entry.get("description")]
    assert [text for text in said if not re.search(r"[\u4e00-\u9fff]", text)] == []


def test_every_tag_is_explained(description: dict[str, Any]) -> None:
    used = {tag for operation in operations(description) for tag in operation["tags"]}
    assert used == {tag["name"] for tag in description["tags"]}


def test_every_schema_is_one(description: dict[str, Any]) -> None:
    """The generator's own validation lets a type pass that is listed twice."""
    for schema in description["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_a_filter_may_be_left_empty(description: dict[str, Any]) -> None:
    parameters = description["paths"]["/api/v1/items/"]["get"]["parameters"]
    empty = {entry["name"] for entry in parameters if entry.get("allowEmptyValue")}
    assert {"q", "state", "due_after", "lead"} <= empty
    assert empty.isdisjoint({"limit", "cursor"})


def test_times_of_the_day_are_what_their_schema_says(client: Client, city: City) -> None:
    """`format: time` of JSON Schema has an offset; the clocks of the city have none."""
    client.force_login(city.dispatcher)
    told = client.get("/api/v1/procedures/").json()["results"][0]["notice_at"]
    schema = described("en")["components"]["schemas"]["Procedure"]["properties"]["notice_at"]
    assert re.search(schema["pattern"], told)


def test_the_list_of_many_actions_may_not_be_left_out(description: dict[str, Any]) -> None:
    assert description["paths"]["/api/v1/items/bulk/"]["post"]["requestBody"]["required"] is True
