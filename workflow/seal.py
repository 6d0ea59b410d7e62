"""What was approved is what was seen: one digest over the text and the evidence that a verifier has before him."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple


class File(NamedTuple):
    """An evidence file in its present version."""

    pk: int
    kind: str
    sha256: str


def digest(text: dict[str, Any], files: Iterable[File]) -> str:
    """SHA-256 over canonical JSON, 64 hexadecimal digits; the order of the files does not matter."""
    seen = {"text": text, "files": sorted([file.pk, file.kind, file.sha256] for file in files)}
    plain = json.dumps(seen, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(plain.encode()).hexdigest()
