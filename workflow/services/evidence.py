"""Evidence: take a file in, keep it safely, hand it out again."""

import hashlib
import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow import database_clock, permissions
from workflow.facts import read_facts
from workflow.file_types import content_type_of
from workflow.models import Event, Evidence, WorkItem
from workflow.refusal import Refused, conflict, invalid
from workflow.services.perform import busy_refused, lock

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # of a photograph


def add_evidence(
    item: WorkItem,
    *,
    by: User,
    file: UploadedFile,
    kind: str,
    note: str = "",
    taken_at: datetime | None = None,
    now: datetime | None = None,
) -> Evidence:
    """Store a file with its SHA-256, size and the type found in it. Raises Refused; then no file and no row is left.

    The bytes are on disk before the row is committed: a crash in between leaves a file nobody knows, never a row
    without its file.
    """
    now = now or database_clock.now()
    _check(file, kind, taken_at, now)
    with busy_refused(), transaction.atomic():
        locked = lock(item)
        facts = read_facts([locked])[locked.pk]
        if refusal := permissions.refuse_evidence(by, facts):
            raise Refused(refusal)
        evidence = Evidence(
            item=locked,
            cycle=locked.cycle,
            kind=kind,
            name=_shown_name(file.name),
            content_type=content_type_of(file.file, file.name),
            note=note.strip()[:300],
            taken_at=taken_at,
            by=by,
            department_id=permissions.evidence_department(by, facts),
            at=now,
        )
        _store(file, evidence)
        _record(evidence, now)
    return evidence


def open_file(evidence: Evidence) -> BinaryIO:
    """The stored bytes, for reading. Raises FileNotFoundError if somebody removed them from the disk."""
    return (settings.DATA_DIR / evidence.path).open("rb")


def _check(file: UploadedFile, kind: str, taken_at: datetime | None, now: datetime) -> None:
    if taken_at and not EARLIEST <= taken_at <= now:
        sentence = _("A file is taken in the past, and not before 1990.")
        raise Refused(invalid("taken-at", sentence, taken_at=sentence))
    if kind not in Evidence.Kind.values:
        raise Refused(invalid("evidence-kind", _("Unknown kind of evidence."), kind=_("Unknown kind of evidence.")))
    if not file.size:
        raise Refused(invalid("file-empty", _("The file is empty."), file=_("The file is empty.")))
    if file.size > settings.EVIDENCE_MAX_BYTES:
        limit = format_lazy(_("At most {size}, please."), size=filesizeformat(settings.EVIDENCE_MAX_BYTES))
        raise Refused(invalid("file-too-large", _("The file is too large."), file=limit))


def _shown_name(name: str) -> str:
    """The name as people see it: no path, no control characters; never used as a path on our disk."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(char for char in bare if char.isprintable())[-200:]


def _store(file: UploadedFile, evidence: Evidence) -> None:
    """Write and hash in one pass, flush to the disk, then store the row; a row that fails takes its file along."""
    digest, size = hashlib.sha256(), 0
    identity = uuid.uuid4().hex
    evidence.path = f"evidence/{identity[:2]}/{identity}"
    target: Path = settings.DATA_DIR / evidence.path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("xb") as out:
            for chunk in file.chunks():
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())
        evidence.size, evidence.sha256 = size, digest.hexdigest()
        _refuse_twin(evidence)
        evidence.save()
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _refuse_twin(evidence: Evidence) -> None:
    twin = Evidence.objects.filter(item=evidence.item, cycle=evidence.cycle, sha256=evidence.sha256).first()
    if twin:
        raise Refused(conflict("file-twice", format_lazy(_("The same file is there already: {name}."), name=twin.name)))


def _record(evidence: Evidence, now: datetime) -> None:
    """History without a new version: the item's own fields did not change."""
    item = evidence.item
    Event.objects.create(
        item=item,
        action=Event.EVIDENCE,
        cycle=item.cycle,
        from_state=item.state,
        to_state=item.state,
        actor=evidence.by,
        department_id=evidence.department_id,
        note=evidence.note,
        data={"evidence": evidence.pk, "name": evidence.name, "kind": evidence.kind, "sha256": evidence.sha256},
        at=now,
    )
