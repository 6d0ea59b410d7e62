"""Many actions in one request: each by itself, through the same bodies and verbs as one by one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from workflow.api.bodies import BODIES
from workflow.api.errors import Problem, as_result, invalid_input
from workflow.api.idempotency import once_in_steps
from workflow.api.parsers import StrictJSONListParser
from workflow.api.schema import IDEMPOTENCY_KEY, Operation
from workflow.api.serializers import ProblemFieldSerializer
from workflow.api.views import ApiView
from workflow.lifecycle import Action
from workflow.querysets import visible_to
from workflow.services import VERBS

MOST = 500
OWN = ("action", "number", "version")  # of an element; whatever else it has is the action's input

_ELEMENT = {
    "type": "object",
    "required": list(OWN),
    "properties": {
        "action": {"type": "string", "enum": [action.value for action in VERBS]},
        "number": {"type": "string"},
        "version": {"type": "integer", "minimum": 0},
    },
    "additionalProperties": True,
}


class BulkProblemSerializer(serializers.Serializer):
    """The problem of one element; its status stands beside it."""

    code = serializers.CharField()
    detail = serializers.CharField()
    errors = ProblemFieldSerializer(many=True)


class BulkResultSerializer(serializers.Serializer):
    """What became of one element, at the same place: `version` where it was done, `problem` where it was not."""

    number = serializers.CharField(allow_null=True)
    status = serializers.IntegerField()
    version = serializers.IntegerField(required=False)
    problem = BulkProblemSerializer(required=False)


class Wish(NamedTuple):
    """One element, read."""

    action: Action
    number: str
    version: int
    given: dict[str, Any]


class Bulk(ApiView):
    """All or nothing holds for each element, not for the list: what is refused keeps nobody else from going on."""

    parser_classes = (StrictJSONListParser,)
    operations = {
        "POST": Operation(
            "items_bulk",
            "actions",
            gettext_lazy("Many actions at once, each by itself; one result each, in the same order"),
            BulkResultSerializer(many=True),
            takes={"application/json": {"type": "array", "maxItems": MOST, "items": _ELEMENT}},
            parameters=[IDEMPOTENCY_KEY],
            problems=(409, 413, 415, 422),
            tag="actions",
        )
    }

    def cost(self, request: Request) -> int:
        """As much as one by one; a list that is refused as too long costs one."""
        n = len(request.data)
        return n if n <= MOST else 1

    def post(self, request: Request) -> HttpResponse:
        if not isinstance(request.data, list):  # REST framework asks no parser about an empty body
            raise ParseError(_("The body must be a JSON list."))
        if len(request.data) > MOST:
            too_many = _("At most {most} actions in one request, please.").format(most=MOST)
            raise invalid_input({"": too_many})
        context = {"request": request}
        return once_in_steps(request, lambda: Response([_result(element, context) for element in request.data]), _done)


def _done(response: Response) -> bool:
    """Nothing failed that might go well another time."""
    problems = [result["problem"]["code"] for result in response.data if "problem" in result]
    is_sound = all(result["status"] < HTTPStatus.INTERNAL_SERVER_ERROR for result in response.data)
    return is_sound and "busy" not in problems


def _result(element: Any, context: dict[str, Any]) -> dict[str, Any]:
    number = element.get("number") if isinstance(element, dict) else None
    named = {"number": number if isinstance(number, str) else None}
    try:
        return named | {"status": 200, "version": _take(_read(element), context)}
    except Exception as error:  # whatever it is, the others go on
        return named | as_result(error)


def _read(element: Any) -> Wish:
    """Raises 400 or 428."""
    if not isinstance(element, dict):
        raise invalid_input({"": _("An object with action, number and version, please.")})
    wrong: dict[str, object] = {}
    if element.get("action") not in list(VERBS):
        wrong["action"] = _("Unknown action.") if "action" in element else _("The action, please.")
    if not isinstance(element.get("number"), str):
        wrong["number"] = _("The number of the item, please.")
    version = element.get("version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int)):
        wrong["version"] = _("A whole number, please.")
    if wrong:
        raise invalid_input(wrong)
    if version is None:
        raise Problem(428, "precondition-required", _("Name the version of the item that you have seen."))
    given = {name: value for name, value in element.items() if name not in OWN}
    return Wish(Action(element["action"]), element["number"], version, given)


def _take(wish: Wish, context: dict[str, Any]) -> int:
    """Do it; returns the version that the item has afterwards."""
    user = context["request"].user
    item = visible_to(user).filter(number=wish.number).first()
    if item is None:
        raise NotFound
    body = BODIES[wish.action](data=wish.given, context=context)
    if not body.is_valid():
        raise ValidationError(body.errors)
    return VERBS[wish.action](item, by=user, version=wish.version, **body.arguments()).version
