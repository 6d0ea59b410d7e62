"""What was written down about an item on its road: reports, judgements, time, papers; a list of each, oldest first."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from workflow.api import record_serializers as told
from workflow.api.pagination import PAGING, Keyset
from workflow.api.schema import CURSOR, LIMIT, Operation, page_of
from workflow.api.views import ItemView, whole_page
from workflow.facts import read_facts
from workflow.lifecycle import JUDGED
from workflow.models import Measurement, WorkItem
from workflow.permissions import may_see_objectors


class Records(ItemView, ABC):
    """Rows of one kind beneath an item; whoever sees the item reads them.

    `what` is how the item calls them, and with hyphens their address.
    """

    what: ClassVar[str]
    title: ClassVar[str | Promise]
    serializer: ClassVar[type[told.RecordSerializer]]
    named: ClassVar[tuple[str, ...]]  # single rows that a record names
    listed: ClassVar[tuple[str | Prefetch, ...]] = ()  # and several
    parameters = PAGING

    def __init_subclass__(cls) -> None:
        if "what" in cls.__dict__:
            answers, title = (
                page_of(cls.serializer),
                format_lazy(_("{records} of an item, oldest first"), records=cls.title),
            )
            cls.operations = {"GET": _reading(f"{cls.what}_list", title, answers, parameters=[LIMIT, CURSOR])}

    def rows(self, item: WorkItem) -> QuerySet:
        return getattr(item, self.what).select_related(*self.named).prefetch_related(*self.listed).order_by("id")

    def context(self, item: WorkItem, user: User) -> dict[str, Any]:
        """What the serializer has to know besides the row."""
        return {}

    def get(self, request: Request, number: str) -> Response:
        item = self.item(request, number)
        known = self.context(item, request.user)
        return whole_page(self.serializer, self.rows(item), Keyset("id"), request, **known)


class OneRecord(Records):
    """One of them by its id; one of another item is not there."""

    parameters = ()

    def get(self, request: Request, number: str, pk: int) -> Response:
        item = self.item(request, number)
        found = self.rows(item).filter(pk=pk).first()
        if found is None:
            raise NotFound
        return Response(self.serializer(found, context=self.context(item, request.user)).data)


def _reading(name: str, title: str | Promise, answers: Any, **more: Any) -> Operation:
    return Operation(name, "items:read", title, answers, tag="records", **more)


def _one_of(records: type[Records]) -> type[OneRecord]:
    title = format_lazy(_("{records} of an item: one of them"), records=records.title)
    operations = {"GET": _reading(f"{records.what}_detail", title, records.serializer)}
    return type(f"One{records.__name__}", (OneRecord, records), {"operations": operations})


class Reports(Records):
    what, title, serializer = "reports", _("Progress reports"), told.ReportSerializer
    named = ("department", "by")
    listed = (
        Prefetch("measurements", Measurement.objects.select_related("target").order_by("target__position", "pk")),
        "milestones",
    )


class Submissions(Records):
    what, title, serializer = "submissions", _("Submissions"), told.SubmissionSerializer
    named, listed = ("by",), ("evidence",)


class Verifications(Records):
    what, title, serializer = "verifications", _("Verifications"), told.VerificationSerializer
    named = ("department", "by")

    def context(self, item: WorkItem, user: User) -> dict[str, Any]:
        if item.state not in JUDGED:
            return {"counting": None}
        return {"counting": {row.pk for row in read_facts([item])[item.pk].standing_passes()}}


class Publicities(Records):
    what, title, serializer = "publicities", _("Public notices"), told.PublicitySerializer
    named = ("published_by",)


class Objections(Records):
    what, title, serializer = "objections", _("Objections"), told.ObjectionSerializer
    named = ("by", "decided_by")

    def context(self, item: WorkItem, user: User) -> dict[str, Any]:
        return {"shows_objectors": may_see_objectors(user, item)}


class Extensions(Records):
    what, title, serializer = "extensions", _("Extensions"), told.ExtensionSerializer
    named = ("department", "asked_by", "decided_by")


class Suspensions(Records):
    what, title, serializer = "suspensions", _("Suspensions"), told.SuspensionSerializer
    named = ("by", "ended_by")


class Papers(Records):
    what, title, serializer = "papers", _("Papers"), told.PaperSerializer
    named = ("addressee", "department", "signed_by", "answered_for", "answered_by")


class Closures(Records):
    what, title, serializer = "closures", _("Close-outs"), told.ClosureSerializer
    named = ("submitted_by", "verified_by", "by", "filing__by")


class LookBacks(Records):
    what, title, serializer = "look_backs", _("Look-backs"), told.LookBackSerializer
    named, listed = ("department", "by"), ("evidence",)


RECORDS: tuple[type[Records], ...] = (
    Reports,
    Submissions,
    Verifications,
    Publicities,
    Objections,
    Extensions,
    Suspensions,
    Papers,
    Closures,
    LookBacks,
)


def record_routes(prefix: str) -> Iterator[URLPattern]:
    """Two addresses for each kind: all of them, and one."""
    for records in RECORDS:
        name = records.what.replace("_", "-")
        yield path(f"{prefix}{name}/", records.as_view(), name=name)
        yield path(f"{prefix}{name}/<int:pk>/", _one_of(records).as_view(), name=f"{name}-one")
