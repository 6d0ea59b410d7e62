"""Where items come from: the sources that a caller may read, one of them, a new one."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.models import Department, User
from accounts.roles import Permission
from workflow import permissions
from workflow.api.bodies.fields import StrictSerializer
from workflow.api.errors import invalid_input
from workflow.api.fields import Choice, Day, DepartmentField, Text
from workflow.api.idempotency import once, once_if_asked
from workflow.api.pagination import Keyset
from workflow.api.registers import RegisterView, one_of
from workflow.api.schema import IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_OPTIONAL, Operation
from workflow.filters import DayFilter, ListFilter, NamedFilter
from workflow.models import Procedure, Source
from workflow.querysets import sources_visible_to
from workflow.refusal import Refusal, Refused
from workflow.services.sources import USUAL_PROCEDURE, choose_procedure, create_source


class SourceSerializer(serializers.Serializer):
    """Where items come from: a batch of complaints, an inspection, a plan."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Source.Kind.choices)
    title = serializers.CharField()
    document_number = serializers.CharField()
    issued_on = serializers.DateField(allow_null=True)
    period_from = serializers.DateField(allow_null=True)
    period_to = serializers.DateField(allow_null=True)
    procedure = serializers.CharField(source="procedure.code")
    office = serializers.CharField(source="office.name")


class NewSource(StrictSerializer):
    """`kind` is none of a plan, which comes in with its document. Without `procedure` (its code) the usual one of the
    kind; without `office` the only committee office for which the caller dispatches."""

    kind = Choice(choices=[(kind.value, kind.label) for kind in USUAL_PROCEDURE])
    title = Text(max_length=200)
    document_number = Text(required=False, allow_blank=True, max_length=80)
    issued_on = Day(required=False, allow_null=True)
    procedure = Text(required=False, max_length=40)
    office = DepartmentField(required=False)


class ChosenProcedure(StrictSerializer):
    """The code of a procedure in force: new items go by it, those that are there keep theirs."""

    procedure = Text(max_length=40)


class SourceFilter(filters.FilterSet):
    q = filters.CharFilter(method="search", label=gettext_lazy("Search"), max_length=80)
    kind = ListFilter(choices=Source.Kind.choices, label=gettext_lazy("Kind"))
    office = NamedFilter(queryset=Department.objects.all(), aliases="aliases", label=gettext_lazy("Committee office"))
    issued_from = DayFilter(field_name="issued_on", lookup_expr="gte", label=gettext_lazy("Issued from"))
    issued_to = DayFilter(field_name="issued_on", lookup_expr="lte", label=gettext_lazy("Issued by"))

    def search(self, sources: QuerySet[Source], name: str, words: str) -> QuerySet[Source]:
        return sources.filter(Q(title__icontains=words) | Q(document_number__icontains=words))


class SourceList(RegisterView):
    what, title, serializer, filterset = "sources", gettext_lazy("Sources"), SourceSerializer, SourceFilter
    keyset = Keyset("id", is_descending=True)

    def rows(self, user: User) -> QuerySet[Source]:
        return sources_visible_to(user).select_related("procedure", "office").order_by("-id")


class Sources(SourceList):
    operations = SourceList.operations | {
        "POST": Operation(
            "sources_create",
            "items:write",
            gettext_lazy("Open a source"),
            SourceSerializer,
            takes=NewSource,
            status=201,
            parameters=[IDEMPOTENCY_KEY],
            problems=(409, 413, 415, 422),
            tag="registers",
        )
    }

    def post(self, request: Request) -> Response | HttpResponse:
        _let(permissions.refuse_any_registration(request.user))
        return once(request, lambda: self._create(request))

    def _create(self, request: Request) -> Response:
        given = _read(NewSource, request)
        office = given.pop("office", None) or _only_office(request.user)
        _let(permissions.refuse_registration(request.user, office.pk))
        if "procedure" in given:
            given["procedure"] = _in_force(office, given["procedure"])
        made = create_source(office, by=request.user, **given)
        url = reverse("api:source", kwargs={"pk": made.pk}, request=request)
        return Response(SourceSerializer(made).data, status=201, headers={"Location": url})


SourceDetail = one_of(SourceList, gettext_lazy("One source"))


class OneSource(SourceDetail):
    operations = SourceDetail.operations | {
        "PATCH": Operation(
            "sources_choose_procedure",
            "items:write",
            gettext_lazy("Choose another procedure for the items that come later"),
            SourceSerializer,
            takes=ChosenProcedure,
            parameters=[IDEMPOTENCY_KEY_OPTIONAL],
            problems=(409, 413, 415, 422),
            tag="registers",
        )
    }

    def patch(self, request: Request, pk: int) -> Response | HttpResponse:
        source = self.found(request, pk=pk)
        _let(permissions.refuse_registration(request.user, source.office_id))
        return once_if_asked(request, lambda: self._choose(source, request))

    def _choose(self, source: Source, request: Request) -> Response:
        code = _read(ChosenProcedure, request)["procedure"]
        chosen = choose_procedure(source, by=request.user, procedure=_in_force(source.office, code))
        return Response(SourceSerializer(chosen).data)


def _read(body: type[StrictSerializer], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _let(refusal: Refusal | None) -> None:
    if refusal:
        raise Refused(refusal)


def _only_office(user: User) -> Department:
    """Raises 400 where there are several."""
    offices = user.departments_with(Permission.DISPATCH)
    if len(offices) > 1:
        raise invalid_input({"office": _("You work for several offices; name one.")})
    return Department.objects.get(pk__in=offices)


def _in_force(office: Department, code: str) -> Procedure:
    """Raises 400."""
    found = Procedure.objects.current(office).filter(code=code).first()
    if found is None:
        raise invalid_input({"procedure": _("This procedure is not in force in your office.")})
    return found
