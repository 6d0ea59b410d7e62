"""Each benchmark runs, tiny, so that none rots; nothing here is timed."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.bench.rig import load
from tests.bench.rig.lines import Line, Unfit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clean_table() -> Iterator[None]:
    yield
    load.clear()


def run(name: str, *words: str) -> dict[str, Line]:
    benchmark, parser = import_module(f"tests.bench.{name}"), ArgumentParser()
    benchmark.add_arguments(parser)
    return {line.name: line for line in benchmark.run(parser.parse_args(words))}


def test_the_scan_is_compared_with_sql_and_with_a_loop_on_as_many_alerts():
    lines = run("deadlines", "--items", "200", "--due", "50", "--loop", "5", "--idle-runs", "3")
    assert list(lines) == ["scan", "alerts-stored", "scan-vs-limit", "scan-vs-loop", "idle-scan"]
    assert lines["scan"].n == lines["alerts-stored"].more["events"] == 50
    assert lines["alerts-stored"].more["deliveries"] >= 50


def test_without_anything_due_the_idle_scan_alone_is_timed():
    assert list(run("deadlines", "--items", "60", "--due", "0", "--idle-runs", "3")) == ["idle-scan"]


def test_rounds_that_do_not_fit_into_the_items_are_refused():
    with pytest.raises(Unfit, match="three times"):
        run("deadlines", "--items", "100", "--due", "50")


def test_after_a_storm_everybody_has_one_digest():
    lines = run("storm", "--timers", "60", "--group-wait", "2")
    assert lines["storm-fired"].n == 60
    assert lines["storm-digests"].more["most_for_one_person"] <= 5  # few notices leave one by one


def test_the_outbox_loses_nothing_and_sends_nothing_twice():
    seen = run("outbox", "--messages", "60")["outbox"].more
    assert (seen["arrived"], seen["lost"], seen["twice"]) == (60, 0, 0)
    assert seen["failed_first"] > 0


def test_the_api_is_compared_with_page_numbers_and_with_the_bare_orm():
    few = ("--requests", "4", "--plain-requests", "4", "--actions", "2")
    lines = run("api", "--items", "900", *few)
    ratios = [name for name, line in lines.items() if line.ratio]
    assert ratios == ["list-first-vs-page-number", "list-deep-vs-first", "action-vs-orm"]
    assert (lines["list-first"].n, lines["action"].n, lines["bare-orm"].n) == (4, 2, 2)


def test_more_actions_than_there_are_items_to_accept_are_refused():
    with pytest.raises(Unfit, match="--actions"):
        run("api", "--items", "60", "--requests", "4", "--plain-requests", "4", "--actions", "50")


def test_a_walk_reads_each_item_that_stays_once():
    lines = run("walk", "--items", "300", "--limit", "50")
    assert list(lines) == ["walk-by-number", "walk-by--updated_at", "walk-by-updated_at"]
    assert lines["walk-by-number"].n == 300
    assert max(line.more["queries_most"] for line in lines.values()) <= 20  # whatever hangs on the items of a page


def test_a_line_is_read_by_people_and_by_machines():
    line = Line("scan", 10, 0.5, 2.0, {"alerts": 1234567})
    assert "per_second 20" in line.as_text() and "alerts 1,234,567" in line.as_text()
    assert json.loads(line.as_json())["ratio"] == 2.0
