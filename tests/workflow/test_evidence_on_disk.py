"""The stored bytes are what was uploaded: checked by command, and before an item is closed out."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.people import City
from tests.walking import add_evidence, approve, submit, verify_all, walk
from tests.workflow.asking import refusal_of
from workflow.lifecycle import State
from workflow.models import Evidence, WorkItem


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def item(city: City) -> WorkItem:
    return walk(city, State.APPROVING)


def path_of(file: Evidence, data_dir: Path) -> Path:
    return data_dir / file.path


def check(*arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines of the command."""
    out = io.StringIO()
    try:
        call_command("verify_evidence", *arguments, stdout=out)
    except SystemExit as left:
        return left.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def test_whole_files_are_counted_and_nothing_else_is_said(item: WorkItem) -> None:
    assert check() == (0, ["1 files checked: 0 altered, 0 missing; 0 on disk that no record knows"])


def test_an_altered_file_is_named(item: WorkItem, data_dir: Path) -> None:
    file = item.evidence.get()
    path_of(file, data_dir).write_bytes(b"x" * file.size)
    code, (line, summary) = check()
    assert (code, line.split("\t")) == (1, [item.number, file.name, str(file.pk), "altered"])
    assert "1 altered" in summary


def test_a_missing_file_is_named(item: WorkItem, data_dir: Path) -> None:
    file = item.evidence.get()
    path_of(file, data_dir).unlink()
    code, (line, _summary) = check()
    assert (code, line.split("\t")[-1]) == (1, "missing")


def test_a_file_that_no_record_knows_is_told_and_is_no_error(item: WorkItem, data_dir: Path) -> None:
    (data_dir / "evidence/zz").mkdir(parents=True)
    (data_dir / "evidence/zz/left").write_bytes(b"left by a crash")
    code, (line, _summary) = check()
    assert (code, line) == (0, "-\tevidence/zz/left\t-\tunknown")


def test_one_item_alone_is_checked(city: City, item: WorkItem, data_dir: Path) -> None:
    other = walk(city, State.APPROVING)
    path_of(other.evidence.get(), data_dir).unlink()
    assert check("--item", item.number) == (0, ["1 files checked: 0 altered, 0 missing"])
    assert check("--item", other.number)[0] == 1


@pytest.mark.django_db
def test_an_item_that_is_not_there_is_an_error() -> None:
    with pytest.raises(CommandError):
        call_command("verify_evidence", "--item", "XX-1")


@pytest.mark.parametrize("harm", ["altered", "missing"])
def test_nothing_is_closed_out_on_a_file_that_was_harmed(city: City, item: WorkItem, data_dir: Path, harm: str) -> None:
    stored = path_of(item.evidence.get(), data_dir)
    stored.write_bytes(b"other") if harm == "altered" else stored.unlink()
    refusal = refusal_of(approve, city, item)
    assert refusal.code == "evidence-altered"
    assert "整改后.jpg" in str(refusal)
    item.refresh_from_db()
    assert (item.state, item.closures.count()) == (State.APPROVING, 0)


def test_a_version_that_was_replaced_before_the_pass_is_not_what_is_closed_out_on(city: City, data_dir: Path) -> None:
    item = walk(city, State.RECTIFYING, procedure="own-finding")
    old = add_evidence(item, city.environment_clerk)
    add_evidence(item, city.environment_clerk, replaces=old.pk)
    path_of(old, data_dir).unlink()
    assert approve(city, verify_all(city, submit(city, item))).state == State.CLOSED
