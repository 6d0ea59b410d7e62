"""A refusal is a sentence with a stable code: tooltip of the disabled button, body of the API's 403, 409 or 400."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise


class RefusalKind(StrEnum):
    FORBIDDEN = "forbidden"  # this person may not: 403
    CONFLICT = "conflict"  # not in this state of the item: 409
    STALE = "stale"  # the item changed in between: 412 for machines, a sentence for people
    INVALID = "invalid"  # the input is incomplete or wrong: 400


@dataclass(frozen=True, eq=False)
class Refusal:
    """Why not. `errors` names fields for INVALID. Many a refusal is one object each time: its words are kept."""

    kind: RefusalKind
    code: str
    message: str | Promise
    errors: dict[str, str | Promise] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(self.message)


class Refused(Exception):
    """A verb was refused; nothing was changed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def forbidden(code: str, message: str | Promise) -> Refusal:
    return Refusal(RefusalKind.FORBIDDEN, code, message)


def conflict(code: str, message: str | Promise) -> Refusal:
    return Refusal(RefusalKind.CONFLICT, code, message)


def invalid(code: str, message: str | Promise, **errors: str | Promise) -> Refusal:
    return Refusal(RefusalKind.INVALID, code, message, errors)
