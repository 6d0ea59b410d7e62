"""The verbs other rooms call: notify people inside a transaction, mark messages as read, count the unread."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models.functions import Now

from notifications.kick import kick_outbox
from notifications.models import Channel, Delivery, Message, NoticeClass

CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished text for one person. `body` is plain text; `url` a path of this site, or empty."""

    recipient_id: int
    kind: str
    subject: str
    body: str
    url: str
    dedup_key: str  # the same key again means the same message, whatever the text
    about: str = ""  # these three: models.Message
    occasion: str = ""
    holds_while: str = ""
    notice_class: str = NoticeClass.DIGESTIBLE.value
    is_urgent: bool = False


def notify(drafts: Iterable[Draft]) -> int:
    """Store messages and their deliveries with the caller's transaction; returns how many are new.

    A draft whose key is known already adds neither message nor delivery. Everyone gets the message on his page; an
    e-mail goes to those who are active and have an address. One query, however many drafts.
    Raises TransactionManagementError outside a transaction: a message must not outlive what it tells of.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("notify() must be called inside transaction.atomic()")
    # In one order for everybody, so that two transactions with the same keys wait for each other and never deadlock.
    ordered = sorted(drafts, key=lambda draft: draft.dedup_key)
    if not ordered:
        return 0
    new_messages, new_deliveries = _store(ordered)
    if new_deliveries:
        transaction.on_commit(kick_outbox, robust=True)
    return new_messages


_TEXTS = "kind, subject, body, url, dedup_key, about, occasion, holds_while, notice_class"


def _store(drafts: list[Draft]) -> tuple[int, int]:
    """SQL by hand: the ORM cannot insert, skip what conflicts and say which rows were new."""
    columns = [
        [draft.recipient_id for draft in drafts],
        [draft.kind for draft in drafts],
        [_one_line(draft.subject) for draft in drafts],
        [draft.body.replace("\x00", "") for draft in drafts],
        [draft.url for draft in drafts],
        [draft.dedup_key for draft in drafts],
        [draft.about for draft in drafts],
        [draft.occasion for draft in drafts],
        [draft.holds_while for draft in drafts],
        [draft.notice_class for draft in drafts],
        [draft.is_urgent for draft in drafts],
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH fresh AS (
                INSERT INTO {Message._meta.db_table} (recipient_id, {_TEXTS}, is_urgent)
                SELECT * FROM unnest(%s::bigint[], {", ".join(["%s::text[]"] * len(_TEXTS.split(",")))}, %s::boolean[])
                ON CONFLICT (dedup_key) DO NOTHING
                RETURNING id, recipient_id
            ), posted AS (
                INSERT INTO {Delivery._meta.db_table} (message_id, channel)
                SELECT fresh.id, %s FROM fresh
                JOIN {get_user_model()._meta.db_table} AS reader ON reader.id = fresh.recipient_id
                WHERE reader.is_active AND reader.email <> ''
                RETURNING id
            )
            SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM posted)
            """,
            [*columns, Channel.EMAIL.value],
        )
        return cursor.fetchone()


def _one_line(subject: str) -> str:
    """A subject is a header: a newline in it would begin another one."""
    line = CONTROL_CHARACTERS.sub(" ", subject).strip()
    limit = Message._meta.get_field("subject").max_length
    return line if len(line) <= limit else line[: limit - 1] + "…"


def mark_read(user: object, ids: Iterable[int] | None = None) -> int:
    """Mark a person's own messages as read, all of them without `ids`; returns how many were unread."""
    unread = Message.objects.filter(recipient=user, read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids))
    return unread.update(read_at=Now())


def unread_count(user: object) -> int:
    """How many messages a person has not read."""
    return Message.objects.filter(recipient=user, read_at__isnull=True).count()
