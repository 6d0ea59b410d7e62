"""Are the stored files still what was uploaded? Hashed again block by block, never a whole file in memory."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from workflow.models import Evidence
from workflow.refusal import Refused, conflict
from workflow.services.evidence import FOLDER, open_file


class Harm(StrEnum):
    ALTERED = "altered"
    MISSING = "missing"


def harm_to(file: Evidence) -> Harm | None:
    """What happened to a file on the disk; None: it is what was uploaded."""
    try:
        with open_file(file) as stored:
            found = hashlib.file_digest(stored, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return Harm.MISSING
    except OSError:  # it cannot be read any more: the bytes that were uploaded are gone
        return Harm.ALTERED
    return None if found == file.sha256 else Harm.ALTERED


def refuse_altered(files: Iterable[Evidence]) -> None:
    """Raise Refused if a file is not what was uploaded: what is approved is what was seen."""
    harmed = [file.name for file in files if harm_to(file)]
    if harmed:
        sentence = _("These files were altered or lost since they were uploaded: {names}.")
        raise Refused(conflict("evidence-altered", format_lazy(sentence, names="、".join(harmed))))


def harmed_files(number: str = "") -> Iterator[tuple[Evidence, Harm | None]]:
    """Every stored file, or those of one item, with what happened to it."""
    files = Evidence.objects.select_related("item").order_by("pk")
    for file in (files.filter(item__number=number) if number else files).iterator():
        yield file, harm_to(file)


def unknown_files() -> Iterator[str]:
    """Files below the evidence folder that no row knows: left by a crash, or still being uploaded."""
    root: Path = settings.DATA_DIR / FOLDER
    for folder, folders, names in os.walk(root):
        folders.sort()
        here = Path(folder).relative_to(settings.DATA_DIR).as_posix()
        paths = Evidence.objects.filter(path__startswith=f"{here}/").values_list("path", flat=True)
        known = set(paths) if names else set()
        yield from sorted({f"{here}/{name}" for name in names} - known)
