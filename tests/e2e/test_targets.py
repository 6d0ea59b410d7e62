"""The security administrator allows a target and withdraws it, at a desk and on a telephone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from notifications.models import AllowedTarget
from tests.people import City

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("width", [1280, 390])
def test_a_target_is_allowed_and_withdrawn(committed_city: City, at_desk: Callable[..., Page], width: int) -> None:
    page = at_desk(committed_city.security_admin, width=width)
    page.click("text=推送目标")
    page.fill("input[name=host]", "data.city.example")
    page.fill("textarea[name=networks]", "10.0.0.0/8")
    page.fill("input[name=note]", "市数据平台，张三申请")
    page.click("button:has-text('准许')")
    page.wait_for_selector("text=范围过大")
    page.fill("textarea[name=networks]", "10.20.30.0/24")
    page.click("button:has-text('准许')")
    page.wait_for_selector("code:has-text('data.city.example:443')")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("button:has-text('撤回')")
    page.wait_for_selector("h2:has-text('已撤回')")
    target = AllowedTarget.objects.get()
    assert target.withdrawn_by == committed_city.security_admin
