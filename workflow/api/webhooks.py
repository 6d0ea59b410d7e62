"""The webhooks of an API client: set up, changed, ended, their secrets. Each client has its own and sees no others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import Serializer

from accounts.models import MachineClient
from notifications import webhooks
from notifications.models import Endpoint
from workflow import permissions
from workflow.api.authentication import InsufficientScope
from workflow.api.bodies.webhooks import EmptyBody, RotationBody, WebhookBody, WebhookChange
from workflow.api.errors import Problem, invalid_input
from workflow.api.idempotency import once, once_if_asked
from workflow.api.pagination import PAGING, Keyset
from workflow.api.schema import CURSOR, IDEMPOTENCY_KEY, IDEMPOTENCY_KEY_OPTIONAL, LIMIT, Operation, page_of
from workflow.api.views import ApiView, whole_page
from workflow.api.webhook_serializers import NewWebhookSerializer, WebhookSecretSerializer, WebhookSerializer
from workflow.feed import Position
from workflow.querysets import webhooks_visible_to
from workflow.refusal import Refused

SCOPE, FEED_SCOPE = "webhooks", "events:read"
MOST = 20  # of a client
WRITING = (409, 413, 415, 422)


def operation(name: str, summary: Any, answers: Any, **more: Any) -> Operation:
    return Operation(f"webhooks_{name}", SCOPE, summary, answers, tag="webhooks", **more)


def read_body(body: type[Serializer], request: Request) -> dict[str, Any]:
    read = body(data=request.data, context={"request": request})
    read.is_valid(raise_exception=True)
    return read.validated_data


class WebhookView(ApiView):
    """Something about the webhooks of the client that calls."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if refusal := permissions.refuse_webhooks(request.user):
            raise Refused(refusal)

    def endpoint(self, request: Request, pk: int) -> Endpoint:
        """Raises 404, the same for another client's and for one that never was."""
        found = webhooks_visible_to(request.user).select_related("owner").filter(pk=pk).first()
        if found is None:
            raise NotFound
        return found


class Webhooks(WebhookView):
    operations = {
        "GET": operation(
            "list",
            gettext_lazy("The webhooks of this client"),
            page_of(WebhookSerializer),
            parameters=[LIMIT, CURSOR],
        ),
        "POST": operation(
            "create",
            gettext_lazy("Set up a webhook; the answer tells its signing secret, once"),
            NewWebhookSerializer,
            takes=WebhookBody,
            status=201,
            parameters=[IDEMPOTENCY_KEY],
            problems=WRITING,
        ),
    }
    parameters = PAGING

    def get(self, request: Request) -> Response:
        return whole_page(WebhookSerializer, webhooks_visible_to(request.user).order_by("id"), Keyset("id"), request)

    def post(self, request: Request) -> Response | HttpResponse:
        if FEED_SCOPE not in request.auth.scopes:  # what is pushed is the feed
            raise InsufficientScope(FEED_SCOPE)
        return telling_the_secret(request, once(request, lambda: self._create(request), self._recheck(request)))

    def _create(self, request: Request) -> Response:
        given = read_body(WebhookBody, request)
        if webhooks_visible_to(request.user).count() >= MOST:
            raise Problem(409, "too-many-webhooks", _("A client has {most} webhooks at most.").format(most=MOST))
        department = MachineClient.objects.select_related("department").get(application__user=request.user).department
        place = given.pop("after", None) or Position.now()
        given = {"event_types": [], **given, "place": str(place)}
        with field_named():
            made = webhooks.set_up(request.user, department, **given)
        where = reverse("api:webhook", args=[made.pk], request=request)
        return Response(WebhookSerializer(made).data, status=201, headers={"Location": where})

    def _recheck(self, request: Request) -> Any:
        return lambda first: self.endpoint(request, first["id"])


class Webhook(WebhookView):
    operations = {
        "GET": operation("detail", gettext_lazy("One webhook"), WebhookSerializer),
        "PATCH": operation(
            "change",
            gettext_lazy("Change the name, the address or the event types of a webhook"),
            WebhookSerializer,
            takes=WebhookChange,
            parameters=[IDEMPOTENCY_KEY_OPTIONAL],
            problems=WRITING,
        ),
        "DELETE": operation("delete", gettext_lazy("End a webhook; what waits is not sent"), None, status=204),
    }

    def get(self, request: Request, pk: int) -> Response:
        return Response(WebhookSerializer(self.endpoint(request, pk)).data)

    def patch(self, request: Request, pk: int) -> Response | HttpResponse:
        endpoint = self.endpoint(request, pk)
        return once_if_asked(request, lambda: self._change(endpoint, request))

    def _change(self, endpoint: Endpoint, request: Request) -> Response:
        given = read_body(WebhookChange, request)
        with field_named():
            return Response(WebhookSerializer(webhooks.change(endpoint, **given)).data)

    def delete(self, request: Request, pk: int) -> Response:
        webhooks.end(self.endpoint(request, pk))
        return Response(status=204)


class WebhookSecrets(WebhookView):
    operations = {
        "POST": operation(
            "rotate",
            gettext_lazy("Another signing secret; the answer tells it, once"),
            WebhookSecretSerializer,
            takes=RotationBody,
            status=201,
            parameters=[IDEMPOTENCY_KEY],
            problems=WRITING,
        )
    }

    def post(self, request: Request, pk: int) -> Response | HttpResponse:
        endpoint = self.endpoint(request, pk)
        return telling_the_secret(request, once(request, lambda: self._rotate(endpoint, request)))

    def _rotate(self, endpoint: Endpoint, request: Request) -> Response:
        rotated = webhooks.rotate(endpoint, **read_body(RotationBody, request))
        shown = WebhookSerializer(rotated).data
        return Response({name: shown[name] for name in ("id", "former_secret_until")}, status=201)


class WebhookEnabling(WebhookView):
    operations = {
        "POST": operation(
            "enable",
            gettext_lazy("Send to a webhook at once: enable it again, or do not sit out the delay after a failure"),
            WebhookSerializer,
            takes=EmptyBody,
            parameters=[IDEMPOTENCY_KEY],
            problems=WRITING,
        )
    }

    def post(self, request: Request, pk: int) -> Response | HttpResponse:
        endpoint = self.endpoint(request, pk)
        return once(request, lambda: self._enable(endpoint, request))

    def _enable(self, endpoint: Endpoint, request: Request) -> Response:
        read_body(EmptyBody, request)
        return Response(WebhookSerializer(webhooks.enable(endpoint)).data)


def telling_the_secret(request: Request, answer: Response | HttpResponse) -> Response:
    """The answer that is kept for repetitions has no secret in it; it is added to each from where it lies encrypted."""
    kept = answer.data if isinstance(answer, Response) else json.loads(answer.content)
    secret = webhooks_visible_to(request.user).get(pk=kept["id"]).secret
    headers = {name: answer.headers[name] for name in ("Location", "Idempotent-Replayed") if name in answer.headers}
    return Response({**kept, "secret": secret}, status=answer.status_code, headers=headers)


@contextmanager
def field_named() -> Iterator[None]:
    """An address to which nothing may be sent is the client's mistake: 400 that names the field."""
    try:
        yield
    except ValidationError as error:
        raise invalid_input({name: " ".join(texts) for name, texts in error.message_dict.items()}) from error
