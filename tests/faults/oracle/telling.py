"""I5, I6 and I10: who was told, how often, and whether he might know; the gateway's record has the last word."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Count, Q

from notifications.models import DIGEST, ROBOTS, Channel, Delivery, DeliveryAttempt, Message, NoticeClass
from tests.faults.oracle.clocks import OF_THE_CLOCK
from tests.faults.oracle.scene import Scene
from tests.gateway import Record
from workflow.models import Event, WorkItem
from workflow.querysets import visible_to

CHANNEL_OF = {"smtp": Channel.EMAIL}
CALLS = {"smtp", "sms", "wecom", "dingtalk", "feishu", "webhook"}  # not the queries
Outcome = DeliveryAttempt.Outcome


def everybody_told_once(_scene: Scene) -> Iterator[str]:
    """I5: each event once to each of its readers, each message once on each channel, and by mail if it must."""
    yield from _told_twice()
    yield from _told_nobody()
    yield from _not_on_its_way()


def _told_twice() -> Iterator[str]:
    about = Message.objects.exclude(kind=DIGEST).exclude(recipient=None)
    keys = about.values_list("dedup_key", "recipient__username")
    events = Counter((key.split(":")[1], reader) for key, reader in keys if key.startswith("event:"))
    for (event, reader), times in events.items():
        if times > 1:
            yield f"{reader} was told {times} times of event {event}"
    for message, channel in _several(Delivery.objects.values_list("message", "channel")):
        yield f"message {message} has several deliveries by {channel}"


def _several(pairs: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    return (pair for pair, times in Counter(pairs).items() if times > 1)


def _told_nobody() -> Iterator[str]:
    """A notice of the clock goes to somebody, if need be one level up; in the notice of the whole at least."""
    heard = {key.split(":")[1] for key in Message.objects.values_list("dedup_key", flat=True) if key.count(":") == 2}
    spoken = Event.objects.filter(action__in=OF_THE_CLOCK, item__parent=None)
    for pk, number in spoken.values_list("pk", "item__number"):
        if str(pk) not in heard:
            yield f"{number}: the clock spoke (event {pk}) and nobody heard it"


def _not_on_its_way() -> Iterator[str]:
    must = Message.objects.filter(notice_class=NoticeClass.MANDATORY, recipient__is_active=True).exclude(kind=DIGEST)
    by_mail = Count("deliveries", filter=Q(deliveries__channel=Channel.EMAIL))
    for subject, reader in (
        must.exclude(recipient__email="").annotate(n=by_mail).filter(n=0).values_list("subject", "recipient__username")
    ):
        yield f"“{subject}” must reach {reader} by mail and is not on its way"


def gateway_and_attempts_agree(scene: Scene) -> Iterator[str]:
    """I6: what counts as sent was executed, and more often only where nobody knew."""
    if scene.records is None:
        return
    executed = [record for record in scene.records if record.executed and record.channel in CALLS]
    deliveries = list(_with_attempts())
    by_mark = {_mark(delivery): delivery for delivery in deliveries}
    found = Counter(mark for record in executed if (mark := _mark_of(record, by_mark)) in by_mark)
    for mark, delivery in by_mark.items():
        least, most = delivery.n_sent, delivery.n_sent + delivery.n_unknown + delivery.n_started
        if delivery.n_unknown and delivery.channel == Channel.SMS:
            least = min(least, 1)  # the gateway's word counts as sending
        if not least <= found[mark] <= most:
            yield f"{delivery}: sent {least} to {most} times by our record, {found[mark]} times by the gateway's"
    for record in executed:
        if _mark_of(record, by_mark) not in by_mark:
            yield f"{record.channel} to {record.to}: nobody sent this"


def _with_attempts() -> Iterable[Delivery]:
    def n(outcome: str) -> Count:
        return Count("tries", filter=Q(tries__outcome=outcome))

    counts = {"n_sent": n(Outcome.SENT), "n_unknown": n(Outcome.UNKNOWN), "n_started": n(Outcome.STARTED)}
    return Delivery.objects.select_related("message", "endpoint").annotate(**counts)


Mark = tuple[str, str]


def _mark(delivery: Delivery) -> Mark:
    """How it is known outside: by its reference, to a robot by its text."""
    message = delivery.message
    if delivery.channel in ROBOTS:
        return delivery.channel, message.subject
    return delivery.channel, hashlib.sha256(message.dedup_key.encode()).hexdigest()[:32]


def _mark_of(record: Record, known: Iterable[Mark]) -> Mark:
    channel = CHANNEL_OF.get(record.channel, record.channel)
    if channel in ROBOTS:
        texts = (mark for mark in known if mark[0] == channel and mark[1] in record.reference)
        return next(texts, (channel, record.reference))
    return channel, record.reference.strip("<>").partition("@")[0]


def nobody_told_without_access(scene: Scene) -> Iterator[str]:
    """I10: who got something by mail or telephone about an item could see it when it went out."""
    told = Delivery.objects.filter(sent_at__isnull=False, message__about__startswith="item:", recipient__isnull=False)
    if scene.rights_since is not None:
        told = told.filter(sent_at__gte=scene.rights_since)
    members = Delivery.objects.filter(digest__in=Delivery.objects.filter(sent_at__isnull=False))
    if scene.rights_since is not None:
        members = members.filter(digest__sent_at__gte=scene.rights_since)
    rows = {*_readers(told), *_readers(members.filter(message__about__startswith="item:"))}
    seen: dict[object, set[int]] = {}
    for reader, item in sorted(rows, key=lambda row: (row[0].pk, row[1])):
        if reader not in seen:
            seen[reader] = set(visible_to(reader).values_list("pk", flat=True))
        if item not in seen[reader]:
            number = WorkItem.objects.values_list("number", flat=True).filter(pk=item).first()
            yield f"{reader.username} was told of {number}, which he may not see"


def _readers(deliveries: Iterable[Delivery]) -> Iterator[tuple[object, int]]:
    for delivery in deliveries.select_related("recipient", "message"):
        yield delivery.recipient, int(delivery.message.about.removeprefix("item:"))
