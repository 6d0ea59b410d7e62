"""What stands at the head of the description: how to call this API at all, in the language of the request."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflow.api.glossary import FIELDS
from workflow.api.schema import told

CHAPTERS: tuple[tuple[str | Promise, str | Promise], ...] = (
    (
        _("Who calls"),
        _(
            "A machine asks `POST /oauth/token/` for a token (OAuth 2 client credentials, HTTP Basic) and sends it as "
            "`Authorization: Bearer …`, or it signs each request with its signing key (`X-Bihuan-Signature`). Its "
            "rights are those of its department and roles, cut down to its scopes. A person uses the session of the "
            "web pages; writing then needs the CSRF token as `X-CSRFToken`. What the caller may not see answers 404, "
            "the same as what never was."
        ),
    ),
    (
        _("Errors"),
        _(
            "Every error is `application/problem+json` (RFC 9457). `code` is stable and meant for programs; `detail` "
            "is a sentence for people in the language of `Accept-Language` (zh-CN or en); `errors` names each field "
            "that is wrong. An unknown parameter or field is an error, never ignored."
        ),
    ),
    (
        _("Versions of an item"),
        _(
            "Every answer with one item carries an `ETag`. Whoever acts on an item sends it back as `If-Match`: "
            "without it the answer is 428; if somebody changed the item in between it is 412 with the present `ETag`."
        ),
    ),
    (
        _("Once and only once"),
        _(
            "A machine's `POST` needs an `Idempotency-Key`, new for each thing to be done. The same key with the same "
            "body gets the first answer again, marked `Idempotent-Replayed: true`, for 7 days; with another body 422; "
            "while the first is still running 409 with `Retry-After`."
        ),
    ),
    (
        _("Lists"),
        _(
            "A list answers `results`, `next` and a `count` that stops at 1000 (`count_capped`). Follow `next` until "
            "it is null; `limit` is at most 200. Pages begin after the last row of the one before, so that nothing is "
            "skipped or seen twice while rows change. `updated_since` asks for what changed."
        ),
    ),
    (
        _("Limits"),
        _(
            "Each caller has a number of requests; the answer tells what is left of it. Too many are answered 429 with "
            "`Retry-After`. A body without files is at most 5 MB, a bulk request at most 500 actions."
        ),
    ),
    (
        _("What happened"),
        _(
            "`GET /api/v1/events/` is the feed of all events on the items that the caller sees, each exactly once in a "
            "stable order: keep `next` and ask with it as `after` the next time. Webhooks send the same events by "
            "themselves, signed after Standard Webhooks and repeated until they are accepted."
        ),
    ),
)
TAGS: dict[str, str | Promise] = {
    "items": _("Items and what belongs to them"),
    "actions": _("What can be done to an item; `allowed_actions` says what the caller may do now"),
    "evidence": _("Files that prove what was done"),
    "records": _("What was written down about an item on its road: reports, judgements, time, papers"),
    "events": _("What happened to items, in an order that stays"),
    "webhooks": _("Where a client is told what happens, without asking"),
    "notifications": _("What the caller was told"),
    "statistics": _("Figures"),
    "registers": _("What items refer to, and who is asking"),
}


def explain(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: says what each schema and each of its fields means."""
    for name, schema in result["components"]["schemas"].items():
        if schema.get("type") == "object":
            schema["description"] = told(schema.get("description"))
        for field, entry in schema.get("properties", {}).items():
            entry.setdefault("description", str(FIELDS.get(f"{name}.{field}") or FIELDS.get(field, "")))
    return result


def introduce(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: adds the introduction and says what the tags mean."""
    chapters = (f"## {title}\n\n{text}" for title, text in CHAPTERS)
    result["info"]["description"] = "\n\n".join(chapters)
    used = {tag for methods in result["paths"].values() for operation in methods.values() for tag in operation["tags"]}
    result["tags"] = [{"name": tag, "description": str(text)} for tag, text in TAGS.items() if tag in used]
    return result
