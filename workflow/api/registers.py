"""What items refer to: departments, regions, procedures; and who is asking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients import Caller
from accounts.models import Department, Region, User
from accounts.roles import Role
from workflow.api.pagination import PAGING, Keyset
from workflow.api.schema import CURSOR, LIMIT, Operation, page_of
from workflow.api.views import ApiView, whole_page
from workflow.lifecycle import EvidenceKind, Party
from workflow.models import Procedure, Rung, Stage
from workflow.models.procedures import Clock, DayUnit, Measure
from workflow.querysets import procedures_in_force

DECIDERS = [(party.value, party.label) for party in (Party.OFFICE, Party.APPROVER)]


class DepartmentSerializer(serializers.Serializer):
    """A body that has a part in items; it exists from `valid_from` to `valid_to`, both included."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    kind = serializers.ChoiceField(choices=Department.Kind.choices)
    region = serializers.CharField(source="region.name")
    superior = serializers.CharField(source="superior.name", allow_null=True, default=None)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class RegionSerializer(serializers.Serializer):
    """A city, a county or a functional zone; `code` after GB/T 2260, null where the nation has none."""

    id = serializers.IntegerField()
    code = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Region.Kind.choices)
    parent = serializers.CharField(source="parent.name", allow_null=True, default=None)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class StageSerializer(serializers.Serializer):
    """A stage of the acceptance chain; `days` are working days."""

    party = serializers.ChoiceField(choices=Stage.By.choices)
    department = serializers.CharField(source="department.name", allow_null=True, default=None)
    days = serializers.IntegerField()


class RungSerializer(serializers.Serializer):
    """A step of the ladder: so many days before (negative) or after the last day of the clock. From
    `supervision_order` upwards the measure is only proposed; `reply_days` are working days."""

    clock = serializers.ChoiceField(choices=Clock.choices)
    kind = serializers.ChoiceField(choices=Rung.Kind.choices)
    offset_days = serializers.IntegerField()
    unit = serializers.ChoiceField(choices=DayUnit.choices)
    repeat_days = serializers.IntegerField(allow_null=True)
    audience = serializers.ListField(child=serializers.ChoiceField(choices=Rung.Audience.choices))
    measure = serializers.ChoiceField(choices=Measure.choices)
    reply_days = serializers.IntegerField(allow_null=True)


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"})
class TimeOfDay(serializers.TimeField):
    """A time of the day on the clocks of the city; `format: time` would have an offset."""


class ProcedureSerializer(serializers.Serializer):
    """How items are handled: a revision in force for the caller's office. An item keeps the revision it began with.

    `…_days` are working days, but for `extension_max_days`, `look_back_days` and `reopen_days` (calendar days).
    """

    code = serializers.CharField()
    name = serializers.CharField()
    revision = serializers.IntegerField()
    office = serializers.CharField(source="office.name", allow_null=True, default=None)
    chain = serializers.ListField(child=serializers.ChoiceField(choices=Stage.By.choices))
    stages = StageSerializer(source="stages.all", many=True)
    verifier_is_not_lead = serializers.BooleanField()
    accept_days = serializers.IntegerField()
    departments_may_transfer = serializers.BooleanField()
    transfer_min_days = serializers.IntegerField()
    report_every = serializers.ChoiceField(choices=Procedure.ReportEvery.choices)
    report_day = serializers.IntegerField()
    extension_deciders = serializers.ListField(child=serializers.ChoiceField(choices=DECIDERS))
    extension_ask_days = serializers.IntegerField()
    extension_max_days = serializers.IntegerField()
    extension_is_recorded = serializers.BooleanField()
    submit_evidence = serializers.ListField(child=serializers.ChoiceField(choices=EvidenceKind.choices))
    supplement_days = serializers.IntegerField()
    decision_days = serializers.IntegerField()
    publicity_days = serializers.IntegerField()
    publicity_unit = serializers.ChoiceField(choices=DayUnit.choices)
    objections_to = serializers.CharField()
    approving_department = serializers.CharField(source="approving_department.name", allow_null=True, default=None)
    approval_days = serializers.IntegerField()
    closing_evidence = serializers.ListField(child=serializers.ChoiceField(choices=EvidenceKind.choices))
    closure_prefix = serializers.CharField()
    files_to = serializers.CharField()
    filing_days = serializers.IntegerField()
    look_back_days = serializers.ListField(child=serializers.IntegerField())
    look_back_share = serializers.IntegerField()
    reopen_days = serializers.IntegerField()
    notice_at = TimeOfDay()
    nudges_per_day = serializers.IntegerField()
    acknowledgement_pauses_days = serializers.IntegerField()
    ladder = RungSerializer(source="rungs.all", many=True)


class MembershipSerializer(serializers.Serializer):
    """A role in a department that holds today."""

    department = serializers.CharField(source="department.name")
    role = serializers.ChoiceField(choices=Role.choices)


class ClientSerializer(serializers.Serializer):
    """The machine that asks, with the scopes that its token carries."""

    client_id = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())


class MeSerializer(serializers.Serializer):
    """Who asks, as the server sees it today; `client` is there for machines."""

    username = serializers.CharField()
    name = serializers.CharField()
    memberships = MembershipSerializer(source="memberships_today", many=True)
    client = ClientSerializer(required=False)


class DepartmentFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=_("Search"), max_length=80)
    kind = filters.ChoiceFilter(choices=Department.Kind.choices, label=_("Kind"))

    def search(self, departments: QuerySet[Department], name: str, words: str) -> QuerySet[Department]:
        return departments.filter(Q(name__icontains=words) | Q(aliases__contains=[words]))


class NoFilter(filters.FilterSet):
    """The list is short."""


class RegisterView(ApiView, ABC):
    """A list that everybody who may read items may read."""

    filterset: ClassVar[type[filters.FilterSet]] = NoFilter
    serializer: ClassVar[type[serializers.Serializer]]
    keyset = Keyset("id")
    what: ClassVar[str]
    title: ClassVar[str | Promise]
    tag: ClassVar[str] = "registers"

    def __init_subclass__(cls) -> None:
        if "what" not in cls.__dict__:
            return
        cls.parameters = (*cls.filterset.base_filters, *PAGING)
        page, paging = page_of(cls.serializer), [LIMIT, CURSOR]
        read = _reading(f"{cls.what}_list", cls.title, page, cls.tag, filters=cls.filterset, parameters=paging)
        cls.operations = {"GET": read}

    @abstractmethod
    def rows(self, user: User) -> QuerySet:
        """What this caller may read, in the order of the keyset."""

    def get(self, request: Request) -> Response:
        rows = self.filtered(request, self.filterset, self.rows(request.user)).qs
        return whole_page(self.serializer, rows, self.keyset, request)


class OneOfRegister(RegisterView):
    """A row by what its address names, `pk` or `code`."""

    parameters = ()

    def found(self, request: Request, **which: Any) -> Any:
        """Raises 404."""
        row = self.rows(request.user).filter(**which).first()
        if row is None:
            raise NotFound
        return row

    def get(self, request: Request, **which: Any) -> Response:
        return Response(self.serializer(self.found(request, **which), context={"request": request}).data)


def _reading(name: str, title: str | Promise, answers: Any, tag: str, **more: Any) -> Operation:
    return Operation(name, "items:read", title, answers, tag=tag, **more)


def one_of(register: type[RegisterView], title: str | Promise) -> type[OneOfRegister]:
    """The view of a single row of this register."""
    operations = {"GET": _reading(f"{register.what}_detail", title, register.serializer, register.tag)}
    return type(f"One{register.__name__}", (OneOfRegister, register), {"operations": operations})


class Departments(RegisterView):
    what, title, serializer, filterset = "departments", _("Departments"), DepartmentSerializer, DepartmentFilter
    keyset = Keyset("position")

    def rows(self, user: User) -> QuerySet[Department]:
        return Department.objects.select_related("region", "superior").order_by("position", "id")


class Regions(RegisterView):
    what, title, serializer = "regions", _("Regions"), RegionSerializer

    def rows(self, user: User) -> QuerySet[Region]:
        return Region.objects.select_related("parent").order_by("id")


class Procedures(RegisterView):
    what, title, serializer = "procedures", _("Procedures"), ProcedureSerializer

    def rows(self, user: User) -> QuerySet[Procedure]:
        named = procedures_in_force(user).select_related("office", "approving_department")
        return named.prefetch_related("stages__department", "rungs")


OneDepartment = one_of(Departments, _("One department"))
OneRegion = one_of(Regions, _("One region"))
OneProcedure = one_of(Procedures, _("One procedure, as it is in force for the caller's office"))


class Me(ApiView):
    operations = {"GET": Operation("me", "items:read", _("Who is asking"), MeSerializer, tag="registers")}

    def get(self, request: Request) -> Response:
        seen: dict[str, Any] = MeSerializer(request.user).data
        if isinstance(request.auth, Caller):
            seen["client"] = {"client_id": request.auth.client_id, "scopes": sorted(request.auth.scopes)}
        return Response(seen)
