"""From a document to items: the command and the loader, what they store and what they refuse."""

import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.urls import reverse
from docx import Document

from tests.people import City
from workflow.importing import loader
from workflow.importing.corrections import DocumentForm, TaskCorrection
from workflow.importing.reader import UnreadableDocument
from workflow.models import Assignment, Event, Milestone, PlanImport, Section, Source, Target, WorkItem
from workflow.refusal import Refused
from workflow.views import imports

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


def test_a_target_belongs_to_the_one_milestone_in_whose_text_it_stands(city: City) -> None:
    run(PLAN)
    of_a_milestone = Target.objects.filter(milestone__isnull=False).select_related("milestone")
    assert of_a_milestone.exists()
    for target in of_a_milestone:
        assert target.text in target.milestone.text
        assert target.milestone.item_id == target.item_id
    twins = [Milestone(text="2024年达到80%"), Milestone(text="2025年仍达到80%")]
    assert loader._milestone_of("达到80%", twins) is None
    assert loader._milestone_of("2024年达到80%", twins) is twins[0]


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


# -- two people, one reading -------------------------------------------------------------------------------------------


def received(city: City, content: bytes = b"") -> PlanImport:
    return loader.receive(content or PLAN.read_bytes(), PLAN.name, office=city.office, by=city.dispatcher)


def title_form(plan_import: PlanImport, number: int, title: str) -> TaskCorrection:
    """What a page sends that was opened on this reading."""
    task = plan_import.reading["tasks"][number - 1]
    prefixes = ("party", "milestone", "target")
    data = {f"{prefix}-{name}_FORMS": 0 for prefix in prefixes for name in ("TOTAL", "INITIAL")}
    correction = TaskCorrection(task, [], data | {"title": title, "text": task["text"]})
    assert correction.is_valid()
    return correction


def test_two_people_correct_two_tasks_of_one_reading_and_both_stay(city: City) -> None:
    plan_import = received(city)
    first, second = title_form(plan_import, 1, "甲的标题"), title_form(plan_import, 2, "乙的标题")
    form = DocumentForm.of(plan_import.reading, {"title": "文件的标题", "document_number": "宛环委〔2023〕12号"})
    assert form.is_valid()
    for change in (first.apply_to, second.apply_to, form.apply_to):
        loader.correct(plan_import.pk, change)
    kept = PlanImport.objects.get().reading
    assert [task["title"] for task in kept["tasks"][:2]] == ["甲的标题", "乙的标题"]
    assert kept["title"] == "文件的标题"
    assert kept["tasks"][2:] == plan_import.reading["tasks"][2:]


def test_a_confirmed_reading_is_neither_corrected_nor_discarded(city: City) -> None:
    plan_import = received(city)
    correction = title_form(plan_import, 1, "太晚了")
    loader.confirm(plan_import, by=city.dispatcher)
    before = rows()
    for late in (lambda: loader.discard(plan_import.pk), lambda: loader.correct(plan_import.pk, correction.apply_to)):
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.refusal.code == "import-confirmed"
    assert rows() == before
    assert PlanImport.objects.get().reading == plan_import.reading


def test_a_discarded_reading_is_neither_corrected_nor_confirmed(city: City) -> None:
    plan_import = received(city)
    correction = title_form(plan_import, 1, "太晚了")
    loader.discard(plan_import.pk)
    before = rows()
    for late in (
        lambda: loader.confirm(plan_import, by=city.dispatcher),
        lambda: loader.correct(plan_import.pk, correction.apply_to),
    ):
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.refusal.code == "import-discarded"
    assert rows() == before


def test_discarding_on_a_page_that_is_old_says_so(city: City, signed_in, monkeypatch: pytest.MonkeyPatch) -> None:
    plan_import = received(city)
    stale = PlanImport.objects.get()
    loader.confirm(plan_import, by=city.dispatcher)
    monkeypatch.setattr(imports, "_plan_import", lambda request, pk: stale)
    page = signed_in(city.dispatcher).post(reverse("workflow:plan-discard", args=[stale.pk]), follow=True)
    assert "已确认" in page.content.decode()
    assert PlanImport.objects.get().source == Source.objects.get()


def test_correcting_on_a_page_that_is_old_keeps_what_others_corrected(
    city: City, signed_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = received(city)
    loader.correct(stale.pk, title_form(stale, 1, "甲的标题").apply_to)
    monkeypatch.setattr(imports, "_plan_import", lambda request, pk: stale)
    given = {"title": "文件的标题", "document_number": "宛环委〔2023〕12号"}
    signed_in(city.dispatcher).post(reverse("workflow:plan-preview", args=[stale.pk]), given)
    kept = PlanImport.objects.get().reading
    assert (kept["title"], kept["tasks"][0]["title"]) == ("文件的标题", "甲的标题")


def test_who_uploads_second_gets_what_the_first_one_stored(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one looked before the first one stored."""
    read, stored = loader.read, []

    def read_while_another_stores(*arguments: object) -> loader.Reading:
        if not stored:
            stored.append(None)  # the other one reads too
            stored.append(received(city))
        return read(*arguments)

    monkeypatch.setattr(loader, "read", read_while_another_stores)
    assert received(city) == stored[1]
    assert PlanImport.objects.count() == 1


def test_the_database_keeps_one_import_per_document(city: City) -> None:
    plan_import = received(city)
    plan_import.pk = None
    with pytest.raises(IntegrityError, match="workflow_one_import_per_document"):
        plan_import.save(force_insert=True)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("9" * 23, None),
        ("99999999999999.99999", None),
        ("100000000000000", None),
        ("99999999999999", Decimal("99999999999999")),
        ("80.25", Decimal("80.25")),
    ],
)
def test_a_target_too_big_for_its_column_stays_in_its_text(city: City, printed: str, value: Decimal | None) -> None:
    plan_import = received(city)

    def change(reading: loader.Reading) -> None:
        number = float(printed) if "." in printed else int(printed)
        target = {"text": f"削减{printed}吨", "comparator": ">=", "value": number, "unit": "吨"}
        reading["tasks"][0]["targets"] = [target]

    loader.correct(plan_import.pk, change)
    plan_import.refresh_from_db()
    loader.confirm(plan_import, by=city.dispatcher)
    kept = WorkItem.objects.get(task_number=1).targets.get()
    assert (kept.text, kept.value, kept.unit) == (f"削减{printed}吨", value, "吨")
