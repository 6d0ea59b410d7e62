"""Evidence: take a file in, keep it safely, hand it out again."""

import hashlib
import os
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow import database_clock, permissions
from workflow.facts import Facts, read_facts
from workflow.file_types import content_type_of
from workflow.models import Event, Evidence, WorkItem
from workflow.permissions import EvidenceSeat
from workflow.photographs import EARLIEST, shot_of
from workflow.refusal import Refused, conflict, invalid
from workflow.services.perform import busy_refused, lock

FOLDER = "evidence"  # below the data directory


def add_evidence(
    item: WorkItem,
    *,
    by: User,
    file: UploadedFile,
    kind: str,
    note: str = "",
    taken_at: datetime | None = None,
    replaces: int | None = None,
    now: datetime | None = None,
) -> Evidence:
    """Store a file with its SHA-256, size and the type found in it. Raises Refused; then no file and no row is left.

    `replaces`: the id of the version before. The bytes are on disk before the row is committed: a crash in between
    leaves a file nobody knows, never a row without its file.
    """
    now = now or database_clock.now()
    _check(file, kind, taken_at, now)
    with busy_refused(), transaction.atomic():
        locked = lock(item)
        facts = read_facts([locked])[locked.pk]
        if refusal := permissions.refuse_evidence(by, facts):
            raise Refused(refusal)
        seat = permissions.evidence_seat(by, facts)
        evidence = Evidence(
            item=locked,
            cycle=locked.cycle,
            kind=kind,
            replaces=_version_before(facts, seat, replaces) if replaces else None,
            name=_shown_name(file.name),
            note=note.strip()[:300],
            taken_at=taken_at,
            by=by,
            department_id=seat.department_id,
            at=now,
            **_found_in(file),
        )
        _store(file, evidence)
        _record(evidence, seat, now)
    return evidence


def _found_in(file: UploadedFile) -> dict[str, Any]:
    """The type, and what a photograph says about itself."""
    content_type = content_type_of(file.file, file.name)
    shot = shot_of(file.file, content_type)
    return {
        "content_type": content_type,
        "shot_at": shot.at,
        "latitude": shot.latitude,
        "longitude": shot.longitude,
    }


def _version_before(facts: Facts, seat: EvidenceSeat, pk: int) -> Evidence:
    """The file that a newer one replaces: of this cycle, not replaced yet, one's own department's. Raises Refused."""
    found = next((file for file in facts.evidence if file.pk == pk), None)
    if found is None:
        sentence = _("There is no such file in this cycle, or it has a newer version already.")
    elif (sentence := _not_to_be_replaced(facts, seat, found)) is None:
        return found
    raise Refused(invalid("replaces", sentence, replaces=sentence))


def _not_to_be_replaced(facts: Facts, seat: EvidenceSeat, file: Evidence) -> Promise | None:
    if file.department_id != seat.department_id:
        return _("Only the department that added a file replaces it.")
    if facts.item.closed_at and file.at <= facts.item.closed_at:
        return _("What the item was closed out with stays as it is.")
    return None


def replaceable(by: User, facts: Facts) -> list[Evidence]:
    """The files of which this person may add a newer version now."""
    seat = permissions.evidence_seat(by, facts)
    return [file for file in facts.evidence if seat and _not_to_be_replaced(facts, seat, file) is None]


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
    evidence.path = f"{FOLDER}/{identity[:2]}/{identity}"
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


def _record(evidence: Evidence, seat: EvidenceSeat, now: datetime) -> None:
    """History without a new version: the item's own fields did not change."""
    item = evidence.item
    data = {"evidence": evidence.pk, "name": evidence.name, "kind": evidence.kind, "sha256": evidence.sha256}
    data |= {"party": seat.party, "replaces": evidence.replaces_id}
    Event.objects.create(
        item=item,
        action=Event.EVIDENCE,
        cycle=item.cycle,
        from_state=item.state,
        to_state=item.state,
        actor=evidence.by,
        department_id=evidence.department_id,
        note=evidence.note,
        data=data,
        at=now,
    )
