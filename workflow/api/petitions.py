"""Petitions with what was found: the complaints behind the items that the caller sees."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Region
from workflow.api.pagination import PAGING, Keyset
from workflow.api.schema import CURSOR, LIMIT, Operation, page_of
from workflow.api.serializers import PetitionSerializer
from workflow.api.views import ApiView, whole_page
from workflow.filters import DayFilter, ListFilter, NamedFilter
from workflow.lifecycle import State
from workflow.models import Petition
from workflow.models.petitions import Finding
from workflow.querysets import petitions_visible_to

NEWEST_FIRST = Keyset("id", is_descending=True)


class PetitionOfItemSerializer(PetitionSerializer):
    """A petition by itself: `item` is the number of the item that deals with it, `external_ref` its own number."""

    item = serializers.CharField(source="item.number")
    external_ref = serializers.CharField(source="item.external_ref")
    title = serializers.CharField(source="item.title")
    state = serializers.ChoiceField(source="item.state", choices=State.choices)


class PetitionFilter(filters.FilterSet):
    external_ref = filters.CharFilter(field_name="item__external_ref", label=_("Number at the source"), max_length=80)
    batch = filters.CharFilter(label=_("Batch"), max_length=40)
    channel = ListFilter(choices=Petition.Channel.choices, label=_("Channel"))
    region = NamedFilter(field_name="regions", queryset=Region.objects.all(), label=_("Region"))
    finding = ListFilter(choices=Finding.choices, label=_("Overall finding"))
    completion = ListFilter(choices=Petition.Completion.choices, label=_("Completion"))
    received_after = DayFilter(field_name="received_on", lookup_expr="gte", label=_("Received from"))
    received_before = DayFilter(field_name="received_on", lookup_expr="lte", label=_("Received by"))


def _shown(request: Request) -> QuerySet[Petition]:
    rows = petitions_visible_to(request.user).select_related("item", "repeat_of__item")
    return rows.prefetch_related("sub_issues", "regions", "repeats")


class Petitions(ApiView):
    parameters = (*PetitionFilter.base_filters, *PAGING)
    operations = {
        "GET": Operation(
            "petitions_list",
            "items:read",
            _("Petitions of the items that the caller may see, newest first"),
            page_of(PetitionOfItemSerializer),
            filters=PetitionFilter,
            parameters=[LIMIT, CURSOR],
            tag="petitions",
        )
    }

    def get(self, request: Request) -> Response:
        chosen = self.filtered(request, PetitionFilter, _shown(request))
        return whole_page(PetitionOfItemSerializer, chosen.qs, NEWEST_FIRST, request)


class OnePetition(ApiView):
    operations = {
        "GET": Operation(
            "petitions_detail",
            "items:read",
            _("The petition of an item"),
            PetitionOfItemSerializer,
            tag="petitions",
        )
    }

    def get(self, request: Request, number: str) -> Response:
        found = _shown(request).filter(item__number=number).first()
        if found is None:
            raise NotFound
        return Response(PetitionOfItemSerializer(found).data)
