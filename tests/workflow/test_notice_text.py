"""The text of a notice: what stands in it, what never does."""

import json

import pytest
from django.utils import translation

from tests.people import City
from tests.walking import accept, assign, register, shanghai, submit, verify_all, walk
from workflow import services
from workflow.lifecycle import State
from workflow.models import Procedure, Publicity
from workflow.services.notice_text import masked

START = shanghai(2025, 1, 3)


def shown(city: City, **elements: object) -> Publicity:
    """The notice of an item with these elements."""
    about = {name: elements.pop(name) for name in ("title", "description") if name in elements}
    item = assign(city, register(city, now=START, **about), now=START, **elements)
    item = submit(city, accept(city, item, now=START), now=START, summary="已清运 3 吨，联系人电话 13812341234。")
    return verify_all(city, item, now=START).publicities.get()


def texts(publicity: Publicity) -> dict[str, str]:
    return {field["label"]: field["text"] for field in publicity.notice}


def test_a_notice_says_everything_that_is_made_public(city):
    Procedure.objects.update(objections_to="环委办，范蠡路 1 号，0377-63112345")
    publicity = shown(city, title="河道垃圾", target="恢复原状", departments=[("joint", city.water)])
    assert list(texts(publicity)) == [
        "number", "problem", "responsible", "measures", "target", "limit", "done", "period", "objections",
    ]  # fmt: skip
    assert texts(publicity) | {"number": ""} == {
        "number": "",
        "problem": "河道垃圾\n河道边堆放建筑垃圾。",
        "responsible": "市生态环境局、市水利局",
        "measures": "清运垃圾。",
        "target": "恢复原状",
        "limit": "2025年3月4日",
        "done": "已清运 3 吨，联系人电话 138****1234。",
        "period": "2025年1月3日至2025年1月9日（5 个工作日）",
        "objections": "环委办，范蠡路 1 号，0377-63112345",
    }


def test_objections_go_to_the_office_where_nothing_else_is_said(city):
    assert texts(shown(city))["objections"] == city.office.name


def test_the_standard_stands_where_there_is_no_target(city):
    assert texts(shown(city))["target"] == "无堆存。"


def test_a_notice_is_written_in_the_language_of_the_city(city):
    with translation.override("en"):
        assert texts(shown(city))["period"] == "2025年1月3日至2025年1月9日（5 个工作日）"


def test_calendar_days_are_called_so(city):
    publicity = walk(city, State.PUBLICIZING, procedure="plan-task", now=START).publicities.get()
    assert texts(publicity)["period"] == "2025年1月3日至2025年1月9日（7 个自然日）"


def test_nobody_who_works_on_it_is_named(city):
    everything = json.dumps(shown(city).notice, ensure_ascii=False)
    people = [city.environment_clerk, city.verifier, city.dispatcher]
    assert [person.name for person in people if person.name in everything] == []


def test_a_published_text_never_changes_afterwards(city):
    first = shown(city)
    item = services.object_to(first.item, by=city.dispatcher, text="仍有垃圾。", now=START)
    item = services.resolve_objection(item, by=city.dispatcher, upheld=True, opinion="属实。", now=START)
    second = verify_all(city, submit(city, item, now=START, summary="又清运了。"), now=START).publicities.latest("pk")
    assert texts(second)["done"] == "又清运了。"
    assert Publicity.objects.get(pk=first.pk).notice == first.notice


# -- personal numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13812341234。", "电话138****1234。"),
        ("138-1234-1234", "138****1234"),
        ("138 1234 1234", "138****1234"),
        ("+86 13812341234", "138****1234"),
        ("8613812341234", "138****1234"),
        ("TEL13812341234", "TEL138****1234"),
        ("１３８１２３４１２３４", "138****1234"),
        ("13812341234、15987654321", "138****1234、159****4321"),
        ("0377-63112345", "0377-****2345"),
        ("（0377）63112345", "（0377)****2345"),
        ("037763112345", "0377****2345"),
        ("010-12345678转802", "010-****5678转802"),
        ("021 5555 1234", "021 ****1234"),
        ("身份证411303199001011234", "身份证4113*************4"),
        ("41130319900101123X", "4113*************X"),
        ("411303 19900101 1234", "4113*************4"),
        ("邮箱zhang.san@qq.com！", "邮箱z***@qq.com！"),
        ("a_b+c@mail.city.example", "a***@mail.city.example"),
    ],
)
def test_numbers_of_people_are_masked(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025年1月3日至2025-01-09",
        "受理编号 D3HA202312150062",
        "宛环委办〔2025〕12号",
        "RW2026-0012",
        "清运 13000 吨，投入 12345678901 元",
        "面积 123456789012345 平方米",
        "统一社会信用代码 91410300MA45ABCD1X",
        "PM2.5 浓度 45.6",
        "@所有人",
        "12345 热线",
    ],
)
def test_other_numbers_stay(text):
    assert masked(text) == text


def test_masking_twice_changes_nothing_more():
    once = masked("13812341234 0377-63112345 411303199001011234 a@b.cn")
    assert masked(once) == once
