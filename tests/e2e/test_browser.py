"""What only a browser shows: no console errors, with and without JavaScript, on a desk and on a telephone."""

import os
from pathlib import Path

import pytest

from tests.people import City
from tests.walking import walk
from workflow.lifecycle import State

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("javascript", [True, False])
def test_a_clerk_uploads_evidence_and_submits(committed_city: City, at_desk, tmp_path: Path, javascript: bool) -> None:
    item = walk(committed_city, State.RECTIFYING)
    page = at_desk(committed_city.environment_clerk, java_script_enabled=javascript)
    page.get_by_text(item.title).first.click()
    paper = tmp_path / "整改报告.pdf"
    paper.write_bytes(b"%PDF-1.4\n%%EOF\n")
    upload = page.locator("form[enctype='multipart/form-data']")
    upload.locator("summary").or_(
        page.locator("details:has(form[enctype='multipart/form-data']) > summary")
    ).first.click()
    upload.locator("input[type=file]").set_input_files(paper)
    upload.locator("select[name=kind]").select_option("document")
    upload.locator("button[type=submit], button").first.click()
    submit = page.locator("details:has(textarea[name=summary])")
    if submit.get_attribute("open") is None:
        submit.locator("summary").first.press("Enter")  # a click waits for stillness, which needs scripts to measure
    submit.locator("textarea[name=summary]").fill("垃圾已清运。")
    submit.locator("button").last.press("Enter")
    page.wait_for_load_state()
    item.refresh_from_db()
    assert item.state == State.VERIFYING


@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_is_wider_than_the_screen(committed_city: City, at_desk, width: int) -> None:
    item = walk(committed_city, State.VERIFYING)
    page = at_desk(committed_city.dispatcher, width=width)
    lists = ("/", "/items/", "/sources/", "/imports/", "/notifications/", "/profile/", "/procedures/", "/public/")
    procedure = ("/procedures/central-inspection/", "/procedures/central-inspection/edit/")
    for url in (*lists, *procedure, f"/items/{item.number}/", f"/items/{item.number}/dossier/", "/items/new/"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url


def test_the_api_page_needs_nothing_from_elsewhere(committed_city: City, at_desk) -> None:
    page = at_desk(committed_city.dispatcher)
    page.goto("/api/v1/docs/")
    page.get_by_text("/api/v1/items/").first.wait_for()


def test_the_picture_of_the_item_page(committed_city: City, at_desk) -> None:
    """Made where PICTURE says, e.g. PICTURE=docs/item-page.png ./run e2e -k picture."""
    item = walk(committed_city, State.VERIFYING, departments=[("cooperate", committed_city.water)])
    page = at_desk(committed_city.verifier)
    page.goto(f"/items/{item.number}/")
    assert page.get_by_text(item.number).first.is_visible()
    if target := os.environ.get("PICTURE"):
        page.screenshot(path=target)
