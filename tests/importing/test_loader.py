"""From a document to items: the command and the loader, what they store and what they refuse."""

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from docx import Document

from tests.people import City
from workflow.importing import loader
from workflow.importing.reader import UnreadableDocument
from workflow.models import Assignment, Event, Milestone, PlanImport, Section, Source, WorkItem
from workflow.refusal import Refused

DOCUMENTS = Path(settings.BASE_DIR) / "fixtures" / "documents"
PLAN, BAD = DOCUMENTS / "plan-2023-2025.txt", DOCUMENTS / "plan-with-mistakes.txt"


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("import_plan", *map(str, arguments), stdout=out)
    return out.getvalue()


def rows() -> tuple[int, ...]:
    tables = (Source, Section, WorkItem, Assignment, Milestone, Event, PlanImport)
    return tuple(table.objects.count() for table in tables)


def test_a_dry_run_shows_the_contract_and_stores_nothing(city: City) -> None:
    before = rows()
    shown = json.loads(run(PLAN, "--dry-run", "--format", "json"))
    assert len(shown["tasks"]) == 24
    assert shown["tasks"][1]["responsibilities"][1] == {"role": "implement", "name": "桐柏县", "department": "桐柏县"}
    assert rows() == before


def test_an_import_makes_source_sections_and_items(city: City) -> None:
    run(PLAN)
    source = Source.objects.get()
    assert (source.document_number, source.sections.count(), source.items.count()) == ("宛环委〔2023〕12号", 10, 24)
    assert source.items.earliest("number").number == "RW2023-0001"


def test_every_item_waits_to_be_assigned_by_the_office(city: City) -> None:
    run(PLAN)
    turns = WorkItem.objects.values_list("state", "turn_party", "turn_department__name")
    assert set(turns) == {("draft", "office", city.office.name)}


def test_all_jurisdictions_become_thirteen_counties_and_the_committees_of_that_year(city: City) -> None:
    run(PLAN)
    implementing = WorkItem.objects.get(task_number=1).assignments.filter(role="implement")
    names = set(implementing.values_list("department__name", flat=True))
    assert len(names) == 16
    assert "职教园区" not in names  # founded after the plan


def test_an_open_group_stays_as_a_question_on_its_item(city: City) -> None:
    run(PLAN)
    assert any("相关市直单位" in question for question in WorkItem.objects.get(task_number=20).open_questions)


def test_the_last_milestone_is_the_deadline(city: City) -> None:
    run(PLAN)
    item = WorkItem.objects.get(task_number=8)
    assert [row.due_on.isoformat() for row in item.milestones.all()] == ["2023-12-31", "2024-12-31", "2025-09-30"]
    assert (item.due_on.isoformat(), item.deadline_kind) == ("2025-09-30", "staged")


def test_the_same_file_twice_changes_nothing(city: City) -> None:
    run(PLAN)
    before = rows()
    assert json.loads(run(PLAN, "--format", "json"))["created"] is False
    assert rows() == before


def test_the_same_document_as_word_changes_nothing(city: City, tmp_path: Path) -> None:
    run(PLAN)
    before = rows()
    document = Document()
    for line in PLAN.read_text(encoding="utf-8").splitlines():
        document.add_paragraph(line)
    document.save(tmp_path / "方案.docx")
    run(tmp_path / "方案.docx")
    assert rows() == before


def test_another_document_of_the_same_number_is_refused(city: City) -> None:
    run(PLAN)
    changed = PLAN.read_bytes() + "\n补充说明。".encode()
    with pytest.raises(Refused) as refused:
        loader.receive(changed, "改.txt", office=city.office, by=city.dispatcher)
    assert refused.value.refusal.code == "already-imported"


def test_a_document_with_mistakes_stores_nothing_and_names_every_line(city: City) -> None:
    before = rows()
    with pytest.raises(CommandError) as error:
        run(BAD)
    assert len(str(error.value).splitlines()) > 3
    assert rows() == before


def test_an_essay_is_no_plan(city: City, tmp_path: Path) -> None:
    essay = tmp_path / "通讯稿.txt"
    essay.write_text("环境日到来之际，各地开展宣传活动。\n市民积极参与。\n", encoding="utf-8")
    with pytest.raises(CommandError):
        run(essay, "--dry-run")


def test_a_missing_file_is_one_sentence(city: City, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"没有\.txt"):
        run(tmp_path / "没有.txt")


def test_a_picture_renamed_to_text_is_unreadable(city: City) -> None:
    with pytest.raises(UnreadableDocument):
        loader.receive(b"\x89PNG\r\n\x1a\n" + bytes(99), "图.txt", office=city.office, by=city.dispatcher)


@pytest.mark.parametrize("name", ["environment_clerk", "verifier", "supervisor", "auditor", "system_admin"])
def test_nobody_but_a_dispatcher_receives_or_confirms(city: City, name: str) -> None:
    with pytest.raises(Refused):
        loader.receive(PLAN.read_bytes(), PLAN.name, office=city.office, by=getattr(city, name))
    plan_import = loader.receive(PLAN.read_bytes(), PLAN.name, office=city.office, by=city.dispatcher)
    with pytest.raises(Refused):
        loader.confirm(plan_import, by=getattr(city, name))
    assert not WorkItem.objects.exists()


def test_confirming_twice_gives_the_same_source(city: City) -> None:
    plan_import = loader.receive(PLAN.read_bytes(), PLAN.name, office=city.office, by=city.dispatcher)
    first = loader.confirm(plan_import, by=city.dispatcher)
    assert loader.confirm(plan_import, by=city.second_dispatcher) == first
    assert WorkItem.objects.count() == 24


def test_a_paper_without_a_number_is_known_by_its_content(city: City, tmp_path: Path) -> None:
    plan = tmp_path / "无文号.txt"
    plan.write_text(PLAN.read_text(encoding="utf-8").replace("宛环委〔2023〕12号", ""), encoding="utf-8")
    run(plan)
    before = rows()
    PlanImport.objects.update(sha256="0" * 64)  # as if two people had uploaded it at the same moment
    with pytest.raises(Refused) as refused:
        loader.receive(plan.read_bytes(), plan.name, office=city.office, by=city.dispatcher)
    assert (refused.value.refusal.code, rows()) == ("already-imported", before)
