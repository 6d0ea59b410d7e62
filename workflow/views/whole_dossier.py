"""Everything about one item (一事一档), all cycles, in the order of the road: what page and archive show."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import User, today
from workflow.deadlines import business_day
from workflow.facts import read_facts
from workflow.models import Evidence, Petition, Publicity, WorkItem
from workflow.models.petitions import COUNTS
from workflow.querysets import visible_to
from workflow.services.notice_text import LABELS
from workflow.views.access import item_or_404, signed_in
from workflow.views.dossier import parties
from workflow.views.family import family
from workflow.views.timeline import timeline


class Chapter(NamedTuple):
    """A part of the dossier: `name` is its anchor and its template, `content` what must be there for it."""

    name: str
    title: Any
    content: tuple[str, ...]


CHAPTERS = (
    Chapter("facts", gettext_lazy("The item and its four elements"), ("item",)),
    Chapter("parties", gettext_lazy("Departments on this item"), ("parties",)),
    Chapter("milestones", gettext_lazy("Milestones and targets"), ("milestones", "targets")),
    Chapter("petition", gettext_lazy("The petition"), ("petition",)),
    Chapter("parts", gettext_lazy("Parts"), ("children",)),
    Chapter("reports", gettext_lazy("Progress reports"), ("reports",)),
    Chapter("evidence", gettext_lazy("Evidence"), ("exhibits",)),
    Chapter("judgements", gettext_lazy("Submissions and verifications"), ("submissions",)),
    Chapter("publicity", gettext_lazy("Public notices and objections"), ("publicities", "objections")),
    Chapter("extensions", gettext_lazy("Extensions"), ("extensions",)),
    Chapter("suspensions", gettext_lazy("Suspensions"), ("suspensions",)),
    Chapter("measures", gettext_lazy("Measures and papers"), ("measures",)),
    Chapter("closures", gettext_lazy("Close-outs and filings"), ("closures",)),
    Chapter("look-backs", gettext_lazy("Look-backs"), ("look_backs",)),
    Chapter("papers", gettext_lazy("Numbered papers"), ("papers",)),
    Chapter("history", gettext_lazy("History"), ("entries",)),
)


@dataclass
class Exhibit:
    """A file of evidence with its place in the dossier; `trouble` says what is wrong with the bytes."""

    number: int
    file: Evidence
    path: str  # in the archive
    replaces: int | None = None
    replaced_by: int | None = None
    trouble: str = field(default="")


class Paper(NamedTuple):
    """A paper that carries a number."""

    kind: str
    number: str
    day: date | None


@signed_in
@never_cache
@require_safe
def dossier(request: HttpRequest, number: str) -> HttpResponse:
    return render(request, "workflow/dossier.html", contents(request.user, item_or_404(request.user, number)))


def contents(user: User, item: WorkItem) -> dict[str, Any]:
    """What stands in the dossier; everything is read here, with a constant number of queries."""
    facts = read_facts([item])[item.pk]
    found = {
        "item": item,
        "facts": facts,
        "today": today(),
        "parties": parties(facts),
        "shows_objectors": False,  # a dossier is handed on; who objected stays with the office
        **_petition(user, item),
        "exhibits": exhibits(item),
        "entries": timeline(item, is_whole=True)["timeline"][::-1],
        **_work(item),
        **_judgements(item),
        **_time(item),
        "measures": list(item.papers.select_related("addressee", "signed_by", "answered_by", "answered_for")),
        **family(user, item),
    }
    found["papers"] = _papers(found)
    chapters = [chapter for chapter in CHAPTERS if any(found[name] for name in chapter.content)]
    return found | {"chapters": [(chapter, f"workflow/dossier/{chapter.name}.html") for chapter in chapters]}


def _petition(user: User, item: WorkItem) -> dict[str, Any]:
    first = visible_to(user).filter(petition=OuterRef("repeat_of")).values("number")[:1]
    rows = Petition.objects.filter(item=item).annotate(first_seen=Subquery(first))
    found = rows.prefetch_related("sub_issues", "regions").first()
    counts = [(Petition._meta.get_field(name).verbose_name, getattr(found, name, 0)) for name in COUNTS]
    return {"petition": found, "handling": [(label, number) for label, number in counts if number]}


def _work(item: WorkItem) -> dict[str, Any]:
    reports = item.reports.select_related("by", "department").prefetch_related("measurements__target", "milestones")
    return {
        "milestones": list(item.milestones.all()),
        "targets": list(item.targets.all()),
        "reports": list(reports.order_by("at", "pk")),
    }


def _judgements(item: WorkItem) -> dict[str, Any]:
    submissions = item.submissions.select_related("by").prefetch_related(
        "verifications__by", "verifications__department", "evidence"
    )
    closures = item.closures.select_related("by", "verified_by", "submitted_by", "filing__by")
    notices = item.publicities.select_related("replaced_by").order_by("pk")
    return {
        "submissions": list(submissions.order_by("pk")),
        "publicities": [(notice, _in_words(notice)) for notice in notices],
        "objections": list(item.objections.select_related("by", "decided_by").order_by("pk")),
        "closures": list(closures.order_by("cycle")),
    }


def _in_words(notice: Publicity) -> list[tuple[str, str]]:
    return [(str(LABELS.get(row["label"], row["label"])), row["text"]) for row in notice.notice or []]


def _time(item: WorkItem) -> dict[str, Any]:
    asked = item.extensions.select_related("asked_by", "decided_by", "department", "scan")
    looked = item.look_backs.select_related("by", "department").prefetch_related("evidence")
    return {
        "extensions": list(asked.order_by("pk")),
        "suspensions": list(item.suspensions.select_related("by", "ended_by").order_by("pk")),
        "look_backs": list(looked.order_by("cycle", "number")),
    }


def _papers(found: dict[str, Any]) -> list[Paper]:
    """By their numbers, in the order of the road."""
    papers = [
        Paper(_("Extension"), row.document_number, row.granted_due_on and row.decided_at.date())
        for row in found["extensions"]
    ]
    papers += [
        Paper(str(row.get_measure_display()), row.number, business_day(row.signed_at)) for row in found["measures"]
    ]
    for closure in found["closures"]:
        papers.append(Paper(_("Close-out"), closure.document_number, closure.signed_on))
        if (filing := _filing(closure)) is not None:
            papers.append(Paper(_("Filing"), filing.document_number, filing.filed_on))
    return [paper for paper in papers if paper.number]


def _filing(closure: Any) -> Any:
    try:
        return closure.filing
    except ObjectDoesNotExist:
        return None


# -- evidence ----------------------------------------------------------------------------------------------------------

FOLDER = "佐证材料"
_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
LONGEST_NAME = 120  # bytes are what file systems count; a Chinese character is three


def exhibits(item: WorkItem) -> list[Exhibit]:
    """Every file of every cycle, numbered in the order in which they came; each in a folder of its own."""
    files = list(item.evidence.select_related("by", "department").order_by("pk"))
    number_of = {file.pk: number for number, file in enumerate(files, 1)}
    later = {file.replaces_id: number_of[file.pk] for file in files if file.replaces_id}
    return [
        Exhibit(
            number,
            file,
            f"{FOLDER}/{number:03}/{safe_name(file.name)}",
            number_of.get(file.replaces_id),
            later.get(file.pk),
        )
        for number, file in enumerate(files, 1)
    ]


def safe_name(name: str) -> str:
    """A name that every file system takes, as near to the given one as can be."""
    kept = "".join(char for char in name if char.isprintable() and char not in _FORBIDDEN).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = kept, "", ""
    if stem.split(".")[0].lower() in _RESERVED:
        stem = f"_{stem}"
    short = stem.encode()[: LONGEST_NAME - len((dot + ending).encode())].decode(errors="ignore").strip(" .")
    return f"{short or '_'}{dot}{ending}"
