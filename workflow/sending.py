"""What the room of messages asks before something leaves the house: may the reader still see it, is it still true?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from notifications.models import Endpoint, Message
from workflow.lifecycle import Action
from workflow.models import Timer
from workflow.querysets import visible_to, visible_to_department

NOT_ENTITLED = gettext_lazy("The reader may not see the item any more")
SETTLED = gettext_lazy("Settled meanwhile")


def reasons_not_to_send(messages: list[Message]) -> dict[int, str]:
    """By id of the message the reason. A constant number of queries for each reader.

    A message without a link was written for somebody who may not see the item, as for a department it was taken from.
    """
    over = _ended_timers(messages)
    found = {message.pk: str(SETTLED) for message in messages if _number_in("timer:", message.holds_while) in over}
    by_reader: defaultdict[User | Endpoint, list[Message]] = defaultdict(list)
    for message in messages:
        if message.pk not in found and message.url and _number_in("item:", message.about):
            by_reader[message.recipient or message.endpoint].append(message)
    for reader, theirs in by_reader.items():
        seen = _seen_by(reader, {_number_in("item:", message.about) for message in theirs})
        found |= {m.pk: str(NOT_ENTITLED) for m in theirs if _number_in("item:", m.about) not in seen}
    return found


def kind_label(kind: str) -> str:
    """The kind of a message in the language that is active."""
    return str(Action(kind).label) if kind in Action.values else _("Other notices")


def _number_in(prefix: str, text: str) -> int | None:
    rest = text.removeprefix(prefix)
    return int(rest) if rest != text and rest.isdecimal() else None


def _ended_timers(messages: Iterable[Message]) -> set[int]:
    timers = {_number_in("timer:", message.holds_while) for message in messages} - {None}
    return set(Timer.objects.filter(pk__in=timers, ended_at__isnull=False).values_list("pk", flat=True))


def _seen_by(reader: User | Endpoint, items: set[int]) -> set[int]:
    """Of these items those that the reader may see now: a person, a webhook's client, the department of a robot."""
    user = reader if isinstance(reader, User) else reader.owner
    visible = visible_to(user) if user else visible_to_department(reader.department_id)
    return set(visible.filter(pk__in=items).values_list("pk", flat=True))
