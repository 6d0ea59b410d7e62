"""How many items there are and how they stand: one computation, whoever shows the figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Permission
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.querysets import late, overdue, visible_to


@dataclass(frozen=True)
class Figures:
    """Of some items. `overdue` are so today, `late` are or were once; `returned` and `reopened` at least once."""

    total: int = 0
    closed: int = 0
    overdue: int = 0
    late: int = 0
    returned: int = 0
    reopened: int = 0

    @classmethod
    def sum(cls, parts: Iterable[Figures]) -> Figures:
        return cls(*map(sum, zip(*map(astuple, parts), strict=True)))


class By(TextChoices):
    """What items are put together by; a field of theirs."""

    SOURCE = "source", _("Source")
    SECTION = "section", _("Section")
    LEAD = "lead", _("Lead department")
    REGION = "region", _("Region")
    STATE = "state", _("State")
    KIND = "kind", _("Kind")


_NAMES = {By.SOURCE: "source__title", By.SECTION: "section__title", By.LEAD: "lead__name", By.REGION: "region__name"}


@dataclass(frozen=True)
class Group:
    """The items with one value of the field: an id or a word, null where there is none; and what it is called."""

    key: int | str | None
    name: str | None
    figures: Figures


def counted(user: User) -> QuerySet[WorkItem]:
    """The items that figures count: whole ones for the office, for others each part that they see; void ones never."""
    offices = user.departments_with(Permission.SEE_OFFICE)
    whole_or_not_ours = Q(parent__isnull=True) | ~Q(office__in=offices)
    return visible_to(user).filter(whole_or_not_ours).exclude(state=State.VOID).order_by()


def figures_of(items: QuerySet[WorkItem], today: date) -> Figures:
    """One query; `today` is a business day."""
    return Figures(**items.aggregate(**_counts(today)))


def groups_of(by: By, items: QuerySet[WorkItem], today: date) -> list[Group]:
    """Those of one source, lead, state … together, in the order of their keys; null comes last. One query."""
    rows = items.values(by.value, name=F(_NAMES.get(by, by.value))).annotate(**_counts(today))
    return [
        Group(row.pop(by.value), row.pop("name"), Figures(**row))
        for row in rows.order_by(F(by.value).asc(nulls_last=True))
    ]


def _counts(today: date) -> dict[str, Count]:
    conditions = {
        "closed": Q(state=State.CLOSED),
        "overdue": overdue(today),
        "late": late(today),
        "returned": Q(return_count__gt=0),
        "reopened": Q(cycle__gt=1),
    }
    return {"total": Count("pk")} | {name: Count("pk", filter=condition) for name, condition in conditions.items()}
