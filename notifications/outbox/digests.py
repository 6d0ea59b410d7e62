"""Digests: what waits for one reader on one channel, as one message of its own.

Its composition never changes: one of which something may not be told any more is taken apart, and what is left leaves
as another one.
"""

from collections import Counter
from collections.abc import Iterator
from uuid import uuid4

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.models import DIGEST, Delivery, Message, NoticeClass
from notifications.outbox.reasons import ask_the_business, suppress

AT_MOST = 50  # lines; what was left out is on the page of messages


def compose(members: list[Delivery]) -> Delivery:
    """A new message with its delivery, yet to be started; the members are `digested` from now on."""
    first = members[0]
    with translation.override(first.recipient.language if first.recipient else settings.LANGUAGE_CODE):
        message = _message(members)
    message.save(force_insert=True)
    digest = Delivery.objects.create(
        message=message,
        recipient=first.recipient,
        endpoint=first.endpoint,
        channel=first.channel,
        attempts=0,
        interruptions=0,
        held_pass_id=next((member.held_pass_id for member in members if member.held_pass_id), None),
    )
    Delivery.objects.filter(pk__in=[member.pk for member in members]).update(
        state=Delivery.State.DIGESTED, digest=digest, next_attempt_at=None
    )
    return digest


def take_apart(digest: Delivery) -> bool:
    """Undo a digest, not out yet, of which something may not be told any more; False when all of it may.

    What is barred is suppressed with its reason, the rest waits anew.
    """
    members = digest.members.select_related("message__recipient", "message__endpoint")
    by_message = {member.message_id: member for member in members}
    barred = ask_the_business([member.message for member in by_message.values()])
    if not barred:
        return False
    suppress(Delivery.objects.filter(pk=digest.pk), _("Taken apart: not all of it may be told any more"))
    for message, reason in barred.items():
        suppress(Delivery.objects.filter(pk=by_message[message].pk), reason)
    digest.members.update(state=Delivery.State.PENDING, digest=None, next_attempt_at=Now())
    return True


def _message(members: list[Delivery]) -> Message:
    first, messages = members[0], [member.message for member in members]
    occasions = {message.occasion for message in messages}
    mandatory = any(message.notice_class == NoticeClass.MANDATORY for message in messages)
    return Message(
        recipient=first.recipient,
        endpoint=first.endpoint,
        kind=DIGEST,
        subject=_subject(messages),
        body="\n".join(_lines(messages)),
        url=reverse("notifications:messages"),
        dedup_key=f"digest:{uuid4()}",
        occasion=occasions.pop() if len(occasions) == 1 else "",
        notice_class=NoticeClass.MANDATORY if mandatory else NoticeClass.DIGESTIBLE,
        is_urgent=any(message.is_urgent for message in messages),
        read_at=Now() if first.recipient else None,  # it counts as nothing unread: its members are on the page
    )


def _subject(messages: list[Message]) -> str:
    return ngettext("%(n)s notice", "%(n)s notices", len(messages)) % {"n": len(messages)}


def _lines(messages: list[Message]) -> Iterator[str]:
    """How many of each kind, then one by one."""
    kinds = Counter(message.kind_label for message in messages)
    yield "; ".join(f"{kind}: {n}" for kind, n in kinds.most_common())
    yield ""
    for message in messages[:AT_MOST]:
        yield f"{message.subject} {settings.PUBLIC_URL}{message.url}" if message.url else message.subject
    if len(messages) > AT_MOST:
        yield _("and %(n)s more") % {"n": len(messages) - AT_MOST}
