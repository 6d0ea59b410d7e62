"""A browser registers a client, changes its secret and revokes it; nothing on these pages trips over the policy."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from accounts.models import MachineClient
from tests.api.test_token import ask
from tests.people import City

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("width", [1280, 390])
def test_a_client_is_registered_gets_another_secret_and_is_revoked(
    committed_city: City, at_desk: Callable[..., Page], width: int
) -> None:
    page = at_desk(committed_city.system_admin, width=width)
    page.click("text=接口账号")
    page.click("text=登记接口账号")
    page.fill("input[name=name]", "河长制平台")
    page.select_option("select[name=department]", label="市水利局")
    page.check("text=经办人")
    page.check("text=items:read")
    page.fill("textarea[name=networks]", "127.0.0.0/8")
    page.click("button:has-text('登记接口账号')")
    first = page.inner_text("#shown-once")
    page.click("text=已复制保存")
    assert first not in page.content()
    page.click("section:has-text('客户端密钥') >> text=另外生成")
    second = page.inner_text("#shown-once")
    client = MachineClient.objects.get()
    assert {ask((client.client_id, secret)).status_code for secret in (first, second)} == {200}
    page.click("text=已复制保存")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("summary:has-text('吊销该接口账号')")
    page.click("text=确认吊销")
    page.wait_for_selector("text=已吊销")
    assert ask((client.client_id, second)).status_code == 401
