"""Idempotency-Key: a machine that does not know whether its request was done sends it again, and it is done once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from accounts.clients import Caller
from workflow.api.errors import Problem
from workflow.models import IdempotencyRecord

KEPT = timedelta(days=7)
KEPT_HEADERS = ("ETag", "Location")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def once(
    request: Request, do: Callable[[], Response], recheck: Callable[[dict[str, Any]], object] | None = None
) -> Response | HttpResponse:
    """Answer with what `do` answers, or with the first answer to this key; people need no key.

    The caller has checked that the client may still see what it asks about; what only the first answer names is looked
    at by `recheck`, which raises what would be the answer today. The record is written in the transaction of the
    effect; an answer that is an exception rolls both back, so that a retry really tries again.
    """
    if not isinstance(request.auth, Caller):
        return do()
    key, fingerprint = _key(request), _fingerprint(request)
    with transaction.atomic():
        _claim(request.user.pk, key)
        if record := _first_answer(request, key):
            again = _again(record, fingerprint)
            if recheck:
                recheck(json.loads(record.body))
            return again
        response = do()
        _keep(request, key, fingerprint, response)
    return response


def once_if_asked(request: Request, do: Callable[[], Response]) -> Response | HttpResponse:
    """The same for a PUT or PATCH: what is repeated changes nothing anyway, so the key is the client's choice."""
    return once(request, do) if "Idempotency-Key" in request.headers else do()


def once_in_steps(request: Request, do: Callable[[], Response], is_final: Callable[[Response], bool]) -> HttpResponse:
    """The same for a `do` that commits step by step: each step must be safe to repeat (it names a version).

    The answer is kept afterwards, unless it is not final: then a retry does what was left undone.
    """
    if not isinstance(request.auth, Caller):
        return do()
    key, fingerprint = _key(request), _fingerprint(request)
    with _held(request.user.pk, key):
        if record := _first_answer(request, key):
            return _again(record, fingerprint)
        response = do()
        if is_final(response):
            _keep(request, key, fingerprint, response)
    return response


def _first_answer(request: Request, key: str) -> IdempotencyRecord | None:
    records = IdempotencyRecord.objects.filter(client=request.user)
    records.filter(created_at__lt=timezone.now() - KEPT).delete()
    return records.filter(key=key).first()


def _key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        sentence = _("A machine's POST needs an Idempotency-Key, new for each thing to be done.")
        raise Problem(400, "idempotency-key-required", sentence)
    if not _KEY.fullmatch(key):
        raise Problem(400, "idempotency-key", _("An Idempotency-Key is 1 to 255 visible ASCII characters."))
    return key


def _claim(client: int, key: str) -> None:
    """Hold the key until the transaction ends, without waiting for whoever holds it now."""
    _lock("pg_try_advisory_xact_lock", client, key)


@contextmanager
def _held(client: int, key: str) -> Iterator[None]:
    """Hold the key over several transactions; if the process dies, its connection and the lock go with it."""
    _lock("pg_try_advisory_lock", client, key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [f"{client} {key}"])


def _lock(function: str, client: int, key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"{client} {key}"])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        sentence = _("The first request with this key is still being worked on.")
        raise Problem(409, "idempotency-key-in-use", sentence, headers={"Retry-After": "1"})


def _again(record: IdempotencyRecord, fingerprint: str) -> HttpResponse:
    if record.fingerprint != fingerprint:
        sentence = _("This Idempotency-Key was used for a different request.")
        raise Problem(422, "idempotency-key-reused", sentence)
    headers = record.headers | {"Idempotent-Replayed": "true"}
    return HttpResponse(record.body, status=record.status, headers=headers, content_type="application/json")


def _keep(request: Request, key: str, fingerprint: str, response: Response) -> None:
    IdempotencyRecord.objects.create(
        client=request.user,
        key=key,
        fingerprint=fingerprint,
        status=response.status_code,
        headers={name: response.headers[name] for name in KEPT_HEADERS if name in response.headers},
        body=json.dumps(response.data, cls=JSONEncoder, ensure_ascii=False, separators=(",", ":")),
        created_at=timezone.now(),
    )


def _fingerprint(request: Request) -> str:
    """Of method, path and input; the boundary of a multipart body and the spaces in JSON make no difference."""
    given = request.data
    if not isinstance(given, list):
        given = {name: _content(value) for name, value in sorted(given.items())}
    text = json.dumps([request.method, request.path, given], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(value: object) -> object:
    if not isinstance(value, UploadedFile):
        return value
    digest = hashlib.sha256()
    for chunk in value.chunks():
        digest.update(chunk)
    value.seek(0)
    return [value.name, digest.hexdigest()]
