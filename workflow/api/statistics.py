"""How many items the caller sees and how they stand, as a whole and in groups."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import today
from workflow.api.schema import Operation
from workflow.api.views import ApiView
from workflow.filters import ItemFilter
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.statistics import By, Figures, Group, counted, figures_of, groups_of

MOST_GROUPS = 1000
_WORDS = {By.STATE: State, By.KIND: WorkItem.Kind}


class FiguresSerializer(serializers.Serializer):
    """Numbers of items. `overdue` are so today; `late` are overdue or were handed in late once, however well they ended
    (`closed` ones too); `returned` were sent back for rework, `reopened` after they had been closed."""

    total = serializers.IntegerField()
    closed = serializers.IntegerField()
    overdue = serializers.IntegerField()
    late = serializers.IntegerField()
    returned = serializers.IntegerField()
    reopened = serializers.IntegerField()


class GroupSerializer(FiguresSerializer):
    """The items with one value of the field: `key` is an id or a word of the API, null where there is none."""

    key = serializers.SerializerMethodField()
    name = serializers.CharField(allow_null=True)

    @extend_schema_field({"type": ["integer", "string", "null"]})
    def get_key(self, group: dict[str, Any]) -> int | str | None:
        return group["key"]


class StatisticsSerializer(serializers.Serializer):
    """Of the items that the filters leave, as they stand on the day `as_of` of Asia/Shanghai. Void items never count;
    for a committee office an item counts once with all its parts, for others each part that they see. With more groups
    than 1000 `groups` ends there and `groups_capped` is true; `all` holds everything."""

    as_of = serializers.DateField()
    by = serializers.ChoiceField(choices=By.choices, allow_null=True)
    all = FiguresSerializer()
    groups = GroupSerializer(many=True)
    groups_capped = serializers.BooleanField()


class StatisticsFilter(ItemFilter):
    """The filters of the list of items, without its order; what they leave is counted."""

    ordering = None
    by = filters.ChoiceFilter(choices=By.choices, method="grouped", label=_("What the figures are put together by"))

    def grouped(self, items: QuerySet[WorkItem], name: str, by: str) -> QuerySet[WorkItem]:
        return items  # the view does it


class Statistics(ApiView):
    parameters = tuple(StatisticsFilter.base_filters)
    operations = {
        "GET": Operation(
            "statistics",
            "items:read",
            _("How many items there are and how they stand"),
            StatisticsSerializer,
            filters=StatisticsFilter,
            tag="statistics",
        )
    }

    def get(self, request: Request) -> Response:
        chosen = self.filtered(request, StatisticsFilter, counted(request.user))
        by, day = chosen.form.cleaned_data["by"] or None, today()
        groups = groups_of(By(by), chosen.qs, day) if by else []
        found = {
            "as_of": day,
            "by": by,
            "all": Figures.sum(group.figures for group in groups) if by else figures_of(chosen.qs, day),
            "groups": [_told(By(by), group) for group in groups[:MOST_GROUPS]],
            "groups_capped": len(groups) > MOST_GROUPS,
        }
        return Response(StatisticsSerializer(found).data)


def _told(by: By, group: Group) -> dict[str, Any]:
    name = _WORDS[by](group.key).label if by in _WORDS else group.name
    return {"key": group.key, "name": name, **vars(group.figures)}
