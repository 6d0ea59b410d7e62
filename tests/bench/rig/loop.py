"""How most systems do it: an item at a time through the ORM, a transaction and an INSERT for each row.

Kinder than those: the texts and who gets them are read with one query from what the scan told on a like clock.
"""

from datetime import datetime

from django.db import connection, transaction

from notifications.models import Delivery, Message
from workflow import deadlines, working_calendar
from workflow.deadlines import Step, WorkingCalendar
from workflow.models import Event, Proposal, Rung, RungFiring, Timer
from workflow.models.procedures import Measure


def fire(told: int, ours: int, most: int, now: datetime) -> int:
    """The clocks of our round, `most` at most; returns how many. `told`: the round that the scan has handled."""
    calendar = working_calendar.load()
    pairs = _pairs(told, ours, most)
    for like, timer in pairs:
        with transaction.atomic():
            _fire(timer, like, now, calendar)
    return len(pairs)


def _pairs(told: int, ours: int, most: int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT told.timer_id, ours.timer_id FROM bench_due AS told JOIN bench_due AS ours USING (place)
            WHERE told.round = %s AND ours.round = %s ORDER BY place LIMIT %s""",
            [told, ours, most],
        )
        return cursor.fetchall()


def _fire(pk: int, like: int, now: datetime, calendar: WorkingCalendar) -> None:
    timer = Timer.objects.select_for_update(of=("self",)).select_related("item__procedure").get(pk=pk)
    step = _step(timer, now, calendar)
    event = _event(timer, step, now)
    firing = RungFiring.objects.create(
        timer=timer,
        rung=step.fire.rung,
        repetition=step.fire.repetition,
        due_at=step.fire.at,
        fired_at=now,
        event=event,
    )
    if Measure(step.fire.rung.measure).is_proposed:
        Proposal.objects.create(
            item=timer.item, timer=timer, firing=firing, measure=step.fire.rung.measure, proposed_at=now
        )
    for model in Message.objects.filter(holds_while=f"timer:{like}", about__startswith="item:"):
        _tell(model, timer, event)
    following = step.next
    timer.rung, timer.repetition, timer.fire_at = following if following else (None, 0, None)
    timer.save(update_fields=["rung", "repetition", "fire_at"])


def _step(timer: Timer, now: datetime, calendar: WorkingCalendar) -> Step:
    procedure = timer.item.procedure
    rungs = Rung.objects.filter(procedure=procedure, clock=timer.clock)
    firings = deadlines.ladder(rungs, timer.due_on, procedure.notice_at, calendar)
    return deadlines.step(firings, timer.rung_id, timer.repetition, now)


def _event(timer: Timer, step: Step, now: datetime) -> Event:
    item, measure = timer.item, step.fire.rung.measure
    return Event.objects.create(
        item=item,
        action="remind" if measure == Measure.REMINDER else "escalate",
        cycle=item.cycle,
        from_state=item.state,
        to_state=item.state,
        data={"clock": timer.clock, "due_on": timer.due_on.isoformat(), "timer": timer.pk, "measure": measure},
        at=now,
    )


def _tell(like: Message, timer: Timer, event: Event) -> None:
    message = Message.objects.create(
        recipient_id=like.recipient_id,
        kind=like.kind,
        subject=like.subject,
        body=like.body,
        url=like.url,
        dedup_key=f"event:{event.pk}:{like.recipient_id}",
        about=f"item:{timer.item_id}",
        occasion=like.occasion,
        holds_while=f"timer:{timer.pk}",
        notice_class=like.notice_class,
        is_urgent=like.is_urgent,
    )
    Delivery.objects.create(message=message, recipient_id=like.recipient_id, channel="email")
