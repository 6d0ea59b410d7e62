"""The verbs other rooms call: notify people inside a transaction, mark messages as read, count the unread."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from functools import cache, partial
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Case, CharField, Count, F, QuerySet, When
from django.db.models.functions import Cast, Now

from accounts.prepared import Prepared, Question, ask
from notifications.kick import kick_outbox
from notifications.models import DIGEST, ROBOTS, Channel, Delivery, Endpoint, Message, NoticeClass, Preference
from notifications.preferences import DEFAULTS

# What stands on one line of a list of messages: those of one occasion, else each by itself.
GROUP = Case(When(occasion="", then=Cast("id", CharField())), default=F("occasion"), output_field=CharField())
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished text for one person, or for an endpoint. `body` is plain text; `url` a path of this site, or empty."""

    recipient_id: int | None
    kind: str
    subject: str
    body: str
    url: str
    dedup_key: str  # the same key again means the same message, whatever the text
    about: str = ""  # these, and `number`: models.Message
    occasion: str = ""
    holds_while: str = ""
    notice_class: str = NoticeClass.DIGESTIBLE.value
    is_urgent: bool = False
    number: str = ""
    endpoint_id: int | None = None  # then `recipient_id` is None


_READER_FIELDS = ("recipient_id", "endpoint_id", "dedup_key")
_TEXT_FIELDS = [field.name for field in fields(Draft) if field.name not in _READER_FIELDS]
_TEXT = attrgetter(*_TEXT_FIELDS)


def notify(drafts: Iterable[Draft]) -> int:
    """Store messages and their deliveries with the caller's transaction; returns how many are new.

    A draft whose key is known already adds neither message nor delivery. Every person gets the message on his page;
    by which channels besides and when, his wishes and the class of the notice say. Without an address or an active
    account there is no delivery. Notices of the clock wait GROUP_WAIT for others of their pass. One query, however many
    drafts.
    Raises TransactionManagementError outside a transaction: a message must not outlive what it tells of.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("notify() must be called inside transaction.atomic()")
    drafts = list(drafts)
    if not drafts:
        return 0
    new_messages, channels = _store(drafts)
    if channels:
        transaction.on_commit(partial(kick_outbox, channels), robust=True)
    return new_messages


# A person's channels with what he wishes, else what the class says; an endpoint's own channel. Quick for one, set-based
# for a hundred thousand: the storing of messages stands here and nowhere else.
_STORE = """
WITH moment AS (
    SELECT statement_timestamp() AS now
), letter AS (
    SELECT * FROM json_to_recordset(%(letters)s::json) AS letter (
        place int, kind text, subject text, body text, url text, about text, number text, occasion text,
        holds_while text, notice_class text, is_urgent boolean
    )
), reader AS (
    SELECT * FROM json_to_recordset(%(readers)s::json) AS reader (
        place int, recipient_id bigint, endpoint_id bigint, dedup_key text
    )
), fresh AS (
    INSERT INTO {message} (recipient_id, endpoint_id, kind, subject, body, url, dedup_key, about, number, occasion,
        holds_while, notice_class, is_urgent)
    SELECT recipient_id, endpoint_id, kind, subject, body, url, dedup_key, about, number, occasion,
        holds_while, notice_class, is_urgent
    FROM reader JOIN letter USING (place)
    -- In one order, so that two transactions with the same keys wait for each other and never deadlock; and "event:9:…"
    -- before "event:10:…", for webhooks are told in the order of the rows.
    ORDER BY length(dedup_key), dedup_key
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id, recipient_id, endpoint_id, about, occasion, notice_class, is_urgent
), way AS (
    SELECT fresh.*, usual.channel,
        CASE
            WHEN fresh.is_urgent AND fresh.notice_class = 'mandatory' THEN 'immediate'
            ELSE coalesce(wish.mode, usual.mode)
        END AS mode
    FROM fresh
    JOIN {user} AS reader ON reader.id = fresh.recipient_id
    JOIN unnest(%(usual_channels)s::text[], %(usual_classes)s::text[], %(usual_modes)s::text[])
        AS usual (channel, notice_class, mode) ON usual.notice_class = fresh.notice_class
    LEFT JOIN {preference} AS wish ON wish.user_id = reader.id
        AND wish.channel = usual.channel AND wish.notice_class = fresh.notice_class
    WHERE reader.is_active AND CASE usual.channel WHEN 'sms' THEN reader.phone <> '' ELSE reader.email <> '' END
    UNION ALL
    SELECT fresh.*, endpoint.channel, 'immediate'
    FROM fresh JOIN {endpoint} AS endpoint ON endpoint.id = fresh.endpoint_id
    WHERE endpoint.is_active
), posted AS (
    INSERT INTO {delivery} (message_id, recipient_id, endpoint_id, channel, lane, to_digest, next_attempt_at)
    SELECT way.id, way.recipient_id, way.endpoint_id, way.channel,
        CASE way.channel WHEN 'webhook' THEN way.about ELSE '' END, way.mode = 'daily',
        CASE
            WHEN way.mode = 'daily' THEN (
                date_trunc('day', moment.now AT TIME ZONE %(zone)s) + %(digest_at)s::time
                + CASE WHEN (moment.now AT TIME ZONE %(zone)s)::time >= %(digest_at)s::time
                    THEN interval '1 day' ELSE interval '0' END
            ) AT TIME ZONE %(zone)s
            WHEN starts_with(way.occasion, 'clock:') THEN moment.now + make_interval(secs => %(wait)s)
            ELSE moment.now
        END
    FROM way, moment
    WHERE way.mode <> 'off'
    ORDER BY way.id
    RETURNING channel, next_attempt_at
)
SELECT (SELECT count(*) FROM fresh),
    ARRAY(SELECT DISTINCT channel FROM posted, moment WHERE posted.next_attempt_at <= moment.now)
"""


def _store(drafts: list[Draft]) -> tuple[int, list[str]]:
    """Insert what is new; returns how many messages, and the channels that have something to send now."""
    return ask(Question(_written(), _letters(drafts) | _usual_ways() | _times(), lambda rows: rows[0]))


@cache
def _written() -> str:
    tables = {model.__name__.lower(): model._meta.db_table for model in (Message, Delivery, Preference, Endpoint)}
    return _STORE.format(user=get_user_model()._meta.db_table, **tables)


def _letters(drafts: list[Draft]) -> dict[str, str]:
    """Each text once, and who reads it: most are read by several people."""
    places: dict[tuple[object, ...], int] = {}
    readers = []
    for draft in drafts:
        place = places.setdefault(_TEXT(draft), len(places))
        readers.append((place, draft.recipient_id, draft.endpoint_id, draft.dedup_key))
    letters = [_as_stored(dict(zip(_TEXT_FIELDS, text, strict=True))) | {"place": n} for text, n in places.items()]
    named = [dict(zip(("place", *_READER_FIELDS), reader, strict=True)) for reader in readers]
    return {"letters": json.dumps(letters), "readers": json.dumps(named)}


def _as_stored(letter: dict[str, Any]) -> dict[str, Any]:
    return letter | {"subject": one_line(letter["subject"]), "body": letter["body"].replace("\x00", "")}


def _usual_ways() -> dict[str, list[str]]:
    """The defaults on the channels there are; no gateway, no text messages."""
    ways = [
        (channel.value, notice_class.value, mode.value)
        for (channel, notice_class), mode in DEFAULTS.items()
        if channel != Channel.SMS or settings.SMS_URL
    ]
    channels, classes, modes = map(list, zip(*ways, strict=True))
    return {"usual_channels": channels, "usual_classes": classes, "usual_modes": modes}


def _times() -> dict[str, object]:
    return {"zone": settings.TIME_ZONE, "digest_at": settings.DIGEST_AT, "wait": settings.GROUP_WAIT}


def one_line(subject: str) -> str:
    """A subject is a header: a newline in it would begin another one."""
    line = CONTROL_CHARACTERS.sub(" ", subject).strip()
    limit = Message._meta.get_field("subject").max_length
    return line if len(line) <= limit else line[: limit - 1] + "…"


def robots_of(departments: Collection[int]) -> Question[list[Endpoint]]:
    """The robots in use of these departments, by id.

    A draft to one of them: Draft(recipient_id=None, endpoint_id=endpoint.pk, …), in settings.LANGUAGE_CODE.
    """
    return _ROBOTS.of(list(departments))


_ROBOTS = Prepared(lambda: Endpoint.objects.filter(channel__in=ROBOTS, is_active=True).order_by("id"), "department_id")


def messages_of(user: object) -> QuerySet[Message]:
    """A person's own messages. Digests stand for messages that are here themselves."""
    return Message.objects.filter(recipient=user).exclude(kind=DIGEST)


def mark_read(user: object, ids: Iterable[int] | None = None) -> int:
    """Mark a person's own messages as read, all of them without `ids`; returns how many were unread."""
    unread = Message.objects.filter(recipient=user, read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=Now())


def unread_count(user: object) -> int:
    """How many a person has not read; what was told on one occasion counts once."""
    unread = Message.objects.filter(recipient=user, read_at__isnull=True)
    return unread.aggregate(n=Count(GROUP, distinct=True))["n"]
