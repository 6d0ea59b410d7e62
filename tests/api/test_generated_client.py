"""The description is good enough to build on: a public generator makes a client of it, and that client works."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from django.test import Client

from accounts.clients import register_client
from accounts.roles import Role
from tests import walking
from tests.api.callers import ALL_SCOPES, PNG
from tests.people import City
from workflow.lifecycle import State

PACKAGE = "bihuan_client"
Modules = Callable[[str], ModuleType]


def generate(url: str, folder: Path) -> None:
    """With everything that the generator cannot make something of as an error."""
    (folder / "config.json").write_text('{"post_hooks": []}', encoding="utf-8")  # nobody reads it, no need for beauty
    command = f"{sys.executable} -m openapi_python_client generate --fail-on-warning --meta none --config config.json"
    done = subprocess.run(
        [*command.split(), "--url", url, "--output-path", PACKAGE],
        cwd=folder,
        env=os.environ | {"NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout.splitlines()) == (0, [f"Generating {PACKAGE}"]), done.stdout + done.stderr


@pytest.fixture
def generated(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Modules]:
    """Finds a module of the new client by its name."""
    generate(f"{site}/api/v1/schema/", tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def caller(site: str, generated: Modules, committed_city: City) -> Callable[..., Any]:
    """The client of a department's system, with a token that it asked for."""

    def of(department: str, role: Role) -> Any:
        credentials = register_client(department, getattr(committed_city, department), [role], ALL_SCOPES)
        form = {"grant_type": "client_credentials"}
        token = httpx.post(f"{site}/oauth/token/", data=form, auth=credentials, trust_env=False).json()["access_token"]
        plain = {"trust_env": False}
        return generated("client").AuthenticatedClient(base_url=site, token=token, timeout=60, httpx_args=plain)

    return of


def test_every_operation_and_every_component_is_in_it(generated: Modules) -> None:
    description = Client().get("/api/v1/schema/").json()
    for methods in description["paths"].values():
        for operation in methods.values():
            made = generated(f"api.{operation['tags'][0]}.{operation['operationId']}")
            assert callable(made.sync_detailed)
    components, models = description["components"]["schemas"], generated("models")
    objects = [name for name, entry in components.items() if entry.get("type") == "object"]
    assert [name for name in objects if not hasattr(models, name)] == []


def test_a_department_reads_acts_and_uploads(generated: Modules, caller: Any, committed_city: City) -> None:
    item = walking.walk(committed_city, State.ASSIGNED)
    walking.walk(committed_city, State.RECTIFYING)
    models, types = generated("models"), generated("types")
    with caller("environment", Role.CLERK) as bureau:
        api = _bound(generated, bureau)
        assert api("registers.me").parsed.memberships[0].department == "市生态环境局"
        page = api(
            "items.items_list", state=[models.ItemsListStateItem.ASSIGNED], ordering=models.ItemsListOrdering.DUE_ON
        )
        assert ([row.number for row in page.parsed.results], page.parsed.count) == ([item.number], 1)
        seen = api("items.items_detail", item.number)
        assert (seen.parsed.due_on, seen.parsed.state) == (item.due_on, models.State.ASSIGNED)

        version = {"if_match": seen.headers["ETag"], "idempotency_key": "accept-1"}
        done = api("actions.items_accept", item.number, body=models.AcceptBody(), **version)
        assert (done.status_code, done.parsed.state) == (200, models.State.RECTIFYING)
        photo = types.File(payload=PNG, file_name="after.png", mime_type="image/png")
        body = models.EvidenceUpload(file=photo, kind=models.EvidenceKind.AFTER_PHOTO, note="东侧")
        kept = api("evidence.evidence_add", item.number, body=body, idempotency_key="photo-1").parsed
        assert (kept.size, kept.note) == (len(PNG), "东侧")
        assert api("evidence.evidence_content", item.number, kept.id).parsed.payload.read() == PNG
        events = api("events.events_feed", limit=200).parsed.events
        assert [event.action for event in events if event.item == item.number] == [
            "create",
            "assign",
            "accept",
            "evidence",
        ]


def test_the_office_enters_items_and_reads_what_was_wrong(
    generated: Modules, caller: Any, committed_city: City
) -> None:
    source, models = walking.source(committed_city, "own-finding"), generated("models")
    with caller("office", Role.DISPATCHER) as office:
        api = _bound(generated, office)
        body = models.CreateBody(source=source.pk, title="河道垃圾", description="河滩堆放渣土。", region="桐柏县")
        made = api("items.items_create", body=body, idempotency_key="issue-1")
        assert (made.status_code, made.parsed.region, made.parsed.version) == (201, "桐柏县", 1)
        again = api("items.items_create", body=body, idempotency_key="issue-1")
        assert (again.parsed.number, again.headers["Idempotent-Replayed"]) == (made.parsed.number, "true")

        body = models.CreateBody(source=source.pk, title="河道垃圾", description="河滩堆放渣土。", region="火星")
        refused = api("items.items_create", body=body, idempotency_key="issue-2")
        assert (refused.status_code, refused.parsed.code) == (400, "invalid-input")
        assert [error.field for error in refused.parsed.errors] == ["region"]
        stale = {"if_match": '"v7"', "idempotency_key": "void-1"}
        refused = api("actions.items_void", made.parsed.number, body=models.ReasonBody(reason="重复"), **stale)
        assert (refused.status_code, refused.parsed.code) == (412, "stale")
        assert refused.headers["ETag"] == made.headers["ETag"]


def _bound(generated: Modules, client: Any) -> Callable[..., Any]:
    """Calls an operation by its module's name; the answer has `status_code`, `headers` and `parsed`."""
    return lambda name, *given, **named: generated(f"api.{name}").sync_detailed(*given, client=client, **named)
