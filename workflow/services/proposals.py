"""What the ladder proposes: written by the scan, a constant number of queries for a batch of clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from workflow.models import Proposal, Rung, Timer
from workflow.models.procedures import Measure
from workflow.services.firings import Alert


def due(fired: Iterable[tuple[Timer, Rung]]) -> set[int]:
    """Ids of the timers whose rung proposes its measure now; their items are locked.

    A clock proposes a measure once, however often its last rung is repeated; and what waits for a signature on an
    item is not proposed there a second time.
    """
    wanted = [(timer, rung.measure) for timer, rung in fired if Measure(rung.measure).is_proposed]
    if not wanted:
        return set()
    timers, items = ({getattr(timer, name) for timer, _measure in wanted} for name in ("pk", "item_id"))
    known = Proposal.objects.filter(Q(timer__in=timers) | Q(item__in=items, status=Proposal.Status.OPEN)).order_by()
    rows = list(known.values_list("timer_id", "item_id", "measure", "status"))
    said = {(timer, measure) for timer, _item, measure, _status in rows}
    waiting = {(item, measure) for _timer, item, measure, status in rows if status == Proposal.Status.OPEN}
    found = set()
    for timer, measure in wanted:
        if (timer.pk, measure) not in said and (timer.item_id, measure) not in waiting:
            found.add(timer.pk)
            waiting.add((timer.item_id, measure))
    return found


def propose(alerts: Iterable[Alert], fired: Mapping[int, int], now: datetime) -> None:
    """Store the proposals of these alerts; `fired`: ids of firings by clock."""
    Proposal.objects.bulk_create(
        Proposal(
            item_id=alert.timer.item_id,
            timer=alert.timer,
            firing_id=fired[alert.timer.pk],
            measure=alert.step.fire.rung.measure,
            proposed_at=now,
        )
        for alert in alerts
    )
