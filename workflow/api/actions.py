"""The verbs over HTTP: one address an action, each with its own body."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.urls import URLPattern, path
from rest_framework.request import Request
from rest_framework.response import Response

from workflow.api.bodies import BODIES
from workflow.api.idempotency import once
from workflow.api.preconditions import required_version
from workflow.api.schema import IDEMPOTENCY_KEY, IF_MATCH, Operation
from workflow.api.serializers import ItemSerializer, shown
from workflow.api.views import ItemView, item_response
from workflow.lifecycle import Action
from workflow.models import WorkItem
from workflow.querysets import visible_to
from workflow.services import VERBS


class ActionView(ItemView):
    """`verb` is set by each route."""

    verb: Action

    def post(self, request: Request, number: str) -> Response | HttpResponse:
        item = self.item(request, number)
        return once(request, lambda: self._take(item, request))

    def _take(self, item: WorkItem, request: Request) -> Response:
        version = required_version(request)
        body = BODIES[self.verb](data=request.data)
        body.is_valid(raise_exception=True)
        with self.telling_what_is_there(request, item.number):
            done = VERBS[self.verb](item, by=request.user, version=version, **body.arguments())
        seen = shown(visible_to(request.user).filter(pk=done.pk).values_list("pk", flat=True))
        # whoever passes an item on may lose sight of it by that
        return item_response(seen[0] if seen else done, request)


def _view_of(action: Action) -> type[ActionView]:
    operation = Operation(
        f"items_{action.value.replace('-', '_')}",
        "actions",
        action.label,
        ItemSerializer,
        takes=BODIES[action],
        parameters=[IF_MATCH, IDEMPOTENCY_KEY],
        problems=(409, 412, 413, 415, 422, 428),
        sends_etag=True,
        tag="actions",
    )
    name = f"{action.name.title().replace('_', '')}View"
    return type(name, (ActionView,), {"verb": action, "operations": {"POST": operation}})


def action_routes(prefix: str) -> Iterator[URLPattern]:
    """An address for every action that people take; the clock's are not there."""
    for action in VERBS:
        yield path(f"{prefix}{action.value}/", _view_of(action).as_view(), name=f"item-{action.value}")
