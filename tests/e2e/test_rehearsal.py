"""The chart of a rehearsal under the strict policy, on a desk and on a telephone; the way back to the form."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.people import City
from tests.walking import walk
from workflow.lifecycle import State

pytestmark = pytest.mark.e2e


@pytest.fixture
def busy_city(committed_city: City) -> City:
    """Time limits that run out in the next weeks, some long over."""
    city = committed_city
    for days in (10, 33, 40, 45, 50, 52, 55, 57, 70, 90):
        for lead in (city.environment, city.water, city.tongbai, city.xixia):
            walk(city, State.RECTIFYING, lead=lead, now=timezone.now() - timedelta(days=days))
    return city


@pytest.mark.parametrize("width", [1280, 390])
def test_the_chart_is_drawn_and_nothing_is_wider_than_the_screen(busy_city: City, at_desk, width: int) -> None:
    page = at_desk(busy_city.dispatcher, width=width)
    page.goto("/procedures/petition/edit/")
    page.locator("[name=accept_days]").fill("4")
    row = page.locator("table.rungs tbody tr").nth(12)  # the last of the deadline
    row.locator("[name$=repeat_days]").fill("2")
    page.get_by_role("button", name="演练此阶梯").click()
    page.locator("#rehearsal-chart canvas").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if target := os.environ.get("PICTURES"):
        page.screenshot(path=f"{target}/rehearsal-{width}.png", full_page=True)
    page.get_by_role("button", name="返回修订表单").click()
    assert page.locator("[name=accept_days]").input_value() == "4"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if target:
        page.screenshot(path=f"{target}/edit-{width}.png", full_page=True)


def test_without_scripts_the_tables_say_it(busy_city: City, at_desk) -> None:
    page = at_desk(busy_city.dispatcher, java_script_enabled=False)
    page.goto("/procedures/petition/rehearsal/")
    assert page.get_by_role("table").count() == 2
    assert not page.locator("#rehearsal-chart").is_visible()
