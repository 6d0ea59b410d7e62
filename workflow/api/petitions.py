"""Petitions: the complaints behind items, what was asked in them and what was found. Who complained is not kept."""

from __future__ import annotations

import django_filters as filters
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request

from accounts.models import Region, User
from workflow.api.pagination import Keyset
from workflow.api.record_serializers import ChoiceOrNull
from workflow.api.registers import RegisterView, one_of
from workflow.api.serializers import HandlingSerializer
from workflow.filters import DayFilter, ListFilter, NamedFilter, SourceFilter
from workflow.models import Petition
from workflow.models.petitions import Finding
from workflow.querysets import visible_to


class MatterSerializer(serializers.Serializer):
    """One of the matters that a petition complains of; `finding` is null until it is found out."""

    position = serializers.IntegerField()
    text = serializers.CharField()
    finding = ChoiceOrNull(Finding.choices)
    explanation = serializers.CharField()


class PetitionDetailSerializer(serializers.Serializer):
    """The complaint behind the item `number`; `external_ref` is its own number. `repeat_of` is the number of the first
    item of the same matter, null where there is none that the caller sees. The texts are those of the item's page."""

    number = serializers.CharField(source="item.number")
    external_ref = serializers.CharField(source="item.external_ref")
    source = serializers.CharField(source="item.source.title")
    channel = serializers.ChoiceField(choices=Petition.Channel.choices)
    batch = serializers.CharField()
    received_on = serializers.DateField(allow_null=True)
    place = serializers.CharField()
    regions = serializers.SerializerMethodField()
    sub_issues = MatterSerializer(many=True)
    finding = ChoiceOrNull(Finding.choices)
    investigation = serializers.CharField()
    completion = ChoiceOrNull(Petition.Completion.choices)
    handling = HandlingSerializer(source="*")
    repeat_of = serializers.CharField(source="repeat_of_number", allow_null=True)

    def get_regions(self, petition: Petition) -> list[str]:
        return [region.name for region in petition.regions.all()]


class PetitionFilter(filters.FilterSet):
    channel = ListFilter(choices=Petition.Channel.choices, label=_("Channel"))
    finding = ListFilter(choices=Finding.choices, label=_("Overall finding"))
    completion = ListFilter(choices=Petition.Completion.choices, label=_("Completion"))
    batch = filters.CharFilter(label=_("Batch"), max_length=40)
    external_ref = filters.CharFilter(field_name="item__external_ref", label=_("Number at the source"), max_length=80)
    source = SourceFilter(field_name="item__source")
    region = NamedFilter(field_name="regions", queryset=Region.objects.all(), label=_("Region"))
    received_from = DayFilter(field_name="received_on", lookup_expr="gte", label=_("Received from"))
    received_to = DayFilter(field_name="received_on", lookup_expr="lte", label=_("Received by"))


class Petitions(RegisterView):
    what, title, serializer, filterset, tag = (
        "petitions",
        _("Petitions"),
        PetitionDetailSerializer,
        PetitionFilter,
        "items",
    )
    keyset = Keyset("id", is_descending=True)

    def rows(self, user: User) -> QuerySet[Petition]:
        seen = visible_to(user)
        first = seen.filter(petition=OuterRef("repeat_of")).values("number")[:1]
        rows = Petition.objects.filter(item__in=seen.values("pk")).annotate(repeat_of_number=Subquery(first))
        return rows.select_related("item__source").prefetch_related("regions", "sub_issues").order_by("-id")


class OnePetition(one_of(Petitions, _("The petition behind an item, with what was found"))):
    def found(self, request: Request, number: str) -> Petition:
        return super().found(request, item__number=number)
