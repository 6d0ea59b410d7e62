"""What the API is compared with: Django REST framework's page-number pagination, and a bare step through the ORM."""

from typing import ClassVar

from django.db import transaction
from django.urls import path
from django.utils import timezone
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.serializers import CharField, ModelSerializer

from accounts.models import User
from workflow.api.schema import Operation
from workflow.models import Event, WorkItem
from workflow.querysets import visible_to

RELATED = ("source", "section", "region", "parent", "turn_department", "lead")


class PlainItem(ModelSerializer):
    """The columns of an item and the names of its neighbours; no parties, no targets, nothing that is reckoned."""

    class Meta:
        model = WorkItem
        fields = (
            *("number", "kind", "title", "description", "measures", "standard", "target", "state", "outcome"),
            *("due_on", "supplement_by", "original_due_on", "deadline_kind", "percent", "cycle", "version"),
            *("external_ref", "turn_party", "created_at", "updated_at", *RELATED),
        )
        extra_kwargs: ClassVar = {}

    source = CharField(source="source.title")
    section = CharField(source="section.title", default=None)
    region = CharField(source="region.name", default=None)
    parent = CharField(source="parent.number", default=None)
    turn_department = CharField(source="turn_department.name", default=None)
    lead = CharField(source="lead.name", default=None)


class Pages(PageNumberPagination):
    page_size = 25


class PlainList(ListAPIView):
    """The same rows for the same caller, as the framework's documentation has it."""

    serializer_class, pagination_class = PlainItem, Pages
    operations: ClassVar = {"GET": Operation("plain", "items:read", "", PlainItem)}

    def get_queryset(self) -> object:
        return _chosen(visible_to(self.request.user).select_related(*RELATED), self.request)


def _chosen(items: object, request: Request) -> object:
    given = request.query_params
    return items.filter(state=given["state"]).order_by(given["ordering"], "id")


urlpatterns = [path("plain/", PlainList.as_view())]


def step(pk: int, by: User) -> None:
    """Lock, save, insert: the least that a step with a history is made of."""
    with transaction.atomic():
        item = WorkItem.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)
        item.version += 1
        item.updated_at = timezone.now()
        item.save(update_fields=["version", "updated_at"])
        Event.objects.create(
            item=item,
            action="report",
            version=item.version,
            cycle=item.cycle,
            from_state=item.state,
            to_state=item.state,
            actor=by,
            department_id=item.lead_id,
        )
