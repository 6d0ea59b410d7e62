"""The house stands as it was drawn: who may import whom, who may write what, how big a file may be."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("accounts", "notifications", "workflow", "config")  # each may import those before it
HIDDEN = {"node_modules", "__pycache__", "staticfiles"}
LONGEST = 400  # lines

# Inside workflow, from the ground up; a module imports its own floor and those below. What is not named is on the roof.
FLOORS = (
    ("lifecycle", "refusal", "seal"),
    ("deadlines", "file_types", "database_clock", "progress", "photographs", "folding"),
    ("models", "presence"),
    (
        *("batches", "facts", "needs", "permissions", "working_calendar"),
        *("anchors", "why", "audiences", "wording", "notices"),
    ),
    ("services", "querysets", "duplicates", "watching", "feed"),
    ("sending",),
    ("deadline_scan", "seeding", "importing", "rehearsal"),
)
ROOF = len(FLOORS)
PURE = ("workflow.lifecycle", "workflow.deadlines", "workflow.refusal", "workflow.seal", "workflow.folding")
THE_ONE_DOOR = "workflow.services.perform"
MODELS = "(WorkItem|Evidence|Source)"  # read through querysets.py alone


def files(ending: str) -> list[Path]:
    """Of the project: nothing hidden, nothing installed."""
    tops = [path for path in ROOT.iterdir() if not path.name.startswith(".") and path.name not in HIDDEN]
    found = [file for top in tops for file in ([top] if top.is_file() else top.rglob(f"*{ending}"))]
    return sorted(file for file in found if file.name.endswith(ending) and not HIDDEN & set(file.parts))


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours, parsed; tests and migrations stand outside the house."""
    sources = [file for room in ROOMS for file in (ROOT / room).rglob("*.py") if "migrations" not in file.parts]
    return {name_of(file): ast.parse(file.read_text(encoding="utf-8")) for file in sorted(sources)}


def imports(name: str) -> set[str]:
    """What a module imports anywhere in it, in functions too; `from a import b` says a and a.b."""
    found = set()
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            origin = ".".join(filter(None, [_package(name, node.level), node.module]))
            found |= {origin, *(f"{origin}.{alias.name}" for alias in node.names)}
    return found


def _package(name: str, level: int) -> str:
    """The package that so many leading dots mean in a module."""
    if not level:
        return ""
    is_package = any(other.startswith(f"{name}.") for other in modules())
    parts = name.split(".")
    return ".".join(parts[: len(parts) - level + is_package])


def places(holds: Callable[[ast.AST], bool], *, room: str = "", but: str = "-") -> list[str]:
    """Where in our modules something stands, as module:line."""
    return [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        if name.startswith(room) and name != but
        for node in ast.walk(tree)
        if holds(node)
    ]


def floor_of(name: str) -> int:
    part = name.split(".")[1] if "." in name else ""
    return next((number for number, floor in enumerate(FLOORS) if part in floor), ROOF)


# -- who may import whom -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_only_downwards(room):
    above = ROOMS[ROOMS.index(room) + 1 :]
    wrong = {name: imports(name) for name in modules() if name.split(".")[0] == room}
    assert {name: bad for name, found in wrong.items() if (bad := {m for m in found if m.split(".")[0] in above})} == {}


def test_nothing_of_ours_imports_the_tests():
    assert [name for name in modules() if any(found.split(".")[0] == "tests" for found in imports(name))] == []


def test_floors_of_workflow_import_only_downwards():
    wrong = [
        f"{name} → {found}"
        for name in modules()
        if name.startswith("workflow.")
        for found in imports(name)
        if found.startswith("workflow.") and floor_of(found) > floor_of(name)
    ]
    assert wrong == []


def test_every_floor_is_still_there():
    there = {name.split(".")[1] for name in modules() if name.startswith("workflow.")}
    assert {part for floor in FLOORS for part in floor} <= there


@pytest.mark.parametrize("name", PURE)
def test_the_road_and_the_arithmetic_of_deadlines_know_no_tables(name):
    tables = ("workflow.models", "accounts.models", "notifications", "django.db.connection", "django.db.transaction")
    assert [found for found in imports(name) if found.startswith(tables)] == []


def test_messages_and_people_know_nothing_of_items_by_name_either():
    def mentions(node: ast.AST) -> bool:
        return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("workflow.")

    assert places(mentions, room="accounts") + places(mentions, room="notifications") == []


def test_there_are_no_signals_of_our_own():
    def connects(node: ast.AST) -> bool:
        names = {"receiver", "post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed"}
        return isinstance(node, ast.Name) and node.id in names

    assert places(connects) == []


# -- who may write what ------------------------------------------------------------------------------------------------


def _targets(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Assign():
            for target in node.targets:
                yield from ast.walk(target)
        case ast.AugAssign() | ast.AnnAssign():
            yield from ast.walk(node.target)


def test_nobody_but_the_one_door_assigns_a_state():
    def assigns(node: ast.AST) -> bool:
        return any(isinstance(target, ast.Attribute) and target.attr == "state" for target in _targets(node))

    assert places(assigns, room="workflow", but=THE_ONE_DOOR) == []
    assert places(assigns, room=THE_ONE_DOOR) != []


def test_nobody_writes_a_state_past_the_one_door():
    def writes(node: ast.AST) -> bool:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            return False
        verb, keywords = node.func.attr, {keyword.arg for keyword in node.keywords}
        if verb in ("update", "update_or_create", "get_or_create", "create"):
            return "state" in keywords
        return verb in ("bulk_update", "setattr") and "state" in ast.unparse(node)

    assert places(writes, room="workflow") == []


def test_an_item_begins_as_a_draft_and_nowhere_else():
    """WorkItem(… state=…) stands once, in registration; copies made elsewhere would begin in the middle of the road."""

    def begins(node: ast.AST) -> bool:
        is_item = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "WorkItem"
        return is_item and any(keyword.arg == "state" for keyword in node.keywords)

    assert [place.split(":")[0] for place in places(begins)] == ["workflow.services.registration"]


def test_no_sql_by_hand_writes_items_or_history():
    def writes(node: ast.AST) -> bool:
        text = node.value.lower() if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        tables = ("workflow_workitem", "workflow_event")
        return any(f"{verb} {table}" in text for verb in ("update", "insert into", "delete from") for table in tables)

    assert places(writes, room="workflow") == []


@pytest.mark.parametrize("room", ["workflow/views", "workflow/api", "workflow/context.py", "workflow/filters.py"])
def test_pages_and_api_read_through_the_rules_of_reading(room):
    past = re.compile(rf"\b{MODELS}\.(objects|_default_manager|_base_manager)\b(?!\.none\b)|get_\w+_or_404\({MODELS}\b")
    found = [file for file in files(".py") if str(file.relative_to(ROOT)).startswith(room)]
    lines = [(file, line) for file in found for line in file.read_text(encoding="utf-8").splitlines()]
    assert [f"{file.name}: {line.strip()}" for file, line in lines if past.search(line)] == []


def test_only_the_one_door_announces():
    def announces(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and "announce" in ast.unparse(node.func)

    at = {place.split(":")[0] for place in places(announces)}
    in_the_same_state = {"workflow.services.recalculation", "workflow.services.revising", "workflow.deadline_scan"}
    assert at <= {THE_ONE_DOOR, "workflow.notices"} | in_the_same_state


def test_nobody_sends_mail_past_the_outbox():
    names = ("send_mail", "EmailMessage", "EmailMultiAlternatives", "send_mass_mail")
    senders = [name for name in modules() if any(found.endswith(names) for found in imports(name))]
    assert set(senders) <= {"notifications.channels.email", "notifications.mailbox"}


def test_no_task_is_put_off_by_the_broker():
    def puts_off(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and any(keyword.arg in ("eta", "countdown") for keyword in node.keywords)

    assert places(puts_off) == []


def test_tasks_carry_no_data():
    def carries(node: ast.AST) -> bool:
        is_task = isinstance(node, ast.FunctionDef) and "shared_task" in "".join(map(ast.unparse, node.decorator_list))
        return is_task and bool(node.args.args or node.args.kwonlyargs or node.args.vararg)

    assert places(carries) == []


# -- size and names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".py", ".html", ".css", ".js"])
def test_no_file_is_longer_than_it_can_be_overlooked(ending):
    lines = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files(ending)}
    assert {name: length for name, length in lines.items() if length > LONGEST and "migrations" not in name} == {}


def test_every_module_says_what_it_is_for():
    silent = [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_module_has_a_name_for_everything():
    vague = {"utils", "util", "helpers", "helper", "core", "common", "misc", "manager2"}
    assert [name for name in map(name_of, files(".py")) if vague & set(name.split("."))] == []


def test_every_folder_of_tests_is_a_package():
    folders = {file.parent for file in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_functions_of_the_domain_carry_type_hints():
    def is_bare(node: ast.AST) -> bool:
        if not isinstance(node, ast.FunctionDef):
            return False
        named = [*node.args.args, *node.args.kwonlyargs]
        return any(arg.annotation is None and arg.arg not in ("self", "cls", "rows") for arg in named)

    lower = ("deadlines", "permissions", "needs", "lifecycle", "facts")
    rooms = ("workflow.services", *(f"workflow.{name}" for name in lower))
    assert [place for room in rooms for place in places(is_bare, room=room)] == []
