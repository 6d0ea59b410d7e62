"""Evidence as the page of an item shows it: what each photograph says, before beside after, what is still wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import User
from workflow.downloads import PICTURES
from workflow.facts import Facts
from workflow.forms.rectification import EvidenceForm
from workflow.lifecycle import JUDGED, OPEN_STATES, EvidenceKind, State
from workflow.models import Evidence, WorkItem
from workflow.needs import missing_kinds
from workflow.permissions import refuse_evidence
from workflow.services.evidence import replaceable

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Shown:
    """A file with what a verifier should notice about it."""

    file: Evidence
    item: WorkItem

    @property
    def is_picture(self) -> bool:
        """Can a browser show it in the page?"""
        return self.file.content_type in PICTURES

    @property
    def newer(self) -> Evidence | None:
        return getattr(self.file, "replaced_by", None)

    @property
    def place(self) -> str:
        file = self.file
        return "" if file.latitude is None else f"{file.latitude:.6f}, {file.longitude:.6f}"

    @cached_property
    def hints(self) -> list[str]:
        return list(_hints(self.file, self.item)) if self.is_picture else []


def _hints(file: Evidence, item: WorkItem) -> Iterator[str]:
    """What the photograph itself says against what was said about it."""
    if file.shot_at is None:
        if file.kind in (EvidenceKind.BEFORE, EvidenceKind.AFTER):
            yield _("The photograph itself carries no time.")
        return
    began_at = item.assigned_at if file.cycle == item.cycle else None
    if began_at and file.shot_at < began_at and file.kind != EvidenceKind.BEFORE:
        yield _("Shot before this rectification began.")
    if file.taken_at and abs(file.shot_at - file.taken_at) > _A_DAY:
        yield _("The time of the shot and the time stated differ by more than a day.")
    if file.shot_at - file.at > _A_DAY:
        yield _("Shot after it was uploaded: the camera's clock was wrong.")


def evidence_shown(user: User, facts: Facts, form: EvidenceForm | None = None) -> dict[str, Any]:
    """The context of the evidence on the page. `form`: the one that has just failed."""
    item, refusal = facts.item, refuse_evidence(user, facts)
    rows = item.evidence.select_related("by", "department", "replaces", "replaced_by").order_by("-id")
    files = [Shown(file, item) for file in rows]
    return {
        "files": files,
        "sides": _sides(files),
        "wanted": list(_wanted(facts)),
        "stale_stages": facts.stale_stages() if item.state in JUDGED else [],
        "evidence_form": form or (None if refusal else EvidenceForm(replaceable=replaceable(user, facts))),
        "evidence_refusal": refusal,
    }


def _sides(files: list[Shown]) -> list[tuple[str, list[Shown]]]:
    """The pictures of this cycle before and after, each in its present version, in the order they were added."""
    present = [row for row in reversed(files) if row.is_picture and not row.newer and row.file.cycle == row.item.cycle]
    kinds = (EvidenceKind.BEFORE, EvidenceKind.AFTER)
    sides = [(str(kind.label), [row for row in present if row.file.kind == kind]) for kind in kinds]
    return sides if any(rows for _label, rows in sides) else []


def _wanted(facts: Facts) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """Which kinds the procedure asks for, and whether they are there."""
    item, procedure = facts.item, facts.item.procedure
    asked = (
        (_("Needed to submit"), procedure.submit_evidence, item.state == State.RECTIFYING),
        (_("Needed to close out"), procedure.closing_evidence, item.state in OPEN_STATES),
    )
    for heading, kinds, is_now in asked:
        if kinds and is_now:
            missing = missing_kinds(facts.evidence, kinds)
            yield heading, [(str(EvidenceKind(kind).label), kind not in missing) for kind in kinds]
