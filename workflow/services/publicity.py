"""The public notice: the clock ends it; the office records where else it was put up."""

from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import StatedPeriod, business_day, stated_period
from workflow.lifecycle import Action, State
from workflow.models import Publicity, Verification, WorkItem
from workflow.refusal import Refused, invalid
from workflow.services import notice_text
from workflow.services.notice_text import counted_days
from workflow.services.perform import Change, Step, perform

AHEAD = timedelta(days=30)  # a notice may be arranged so long before its first day


def end_publicity(item: WorkItem, **door: Any) -> WorkItem:
    """The last day of the notice has passed: the only step that time takes by itself (DOMAIN rule 5)."""

    def effect(step: Step) -> Change:
        step.item.publicities.filter(ended_at__isnull=True).update(ended_at=step.now)
        return Change(State.APPROVING)

    return perform(item, Action.END_PUBLICITY, by=None, effect=effect, **door)


def publish(
    item: WorkItem,
    *,
    by: User,
    starts_on: date,
    ends_on: date | None = None,
    days: int | None = None,
    place: str = "",
    note: str = "",
    **door: Any,
) -> WorkItem:
    """The notice was put up elsewhere: its days count from there, as many as the procedure asks.

    A stated last day or number of days that is wrong is refused with what would be right.
    """

    def effect(step: Step) -> Change:
        _check_start(step, starts_on)
        period = stated_period(starts_on, step.item.procedure, step.calendar, ends_on=ends_on, days=days)
        if period.wrong:
            raise Refused(_wrong_period(step, period, starts_on, ends_on))
        published = _take_over(step, starts_on, period.ends_on, place.strip())
        data = {"from": starts_on.isoformat(), "to": published.ends_on.isoformat()}
        return Change(State.PUBLICIZING, data={"publicity": data, "place": published.place})

    return perform(item, Action.PUBLISH, by=by, note=note, effect=effect, **door)


def _check_start(step: Step, starts_on: date) -> None:
    passes = [row.at for row in step.facts.verifications if row.conclusion == Verification.Conclusion.PASS]
    verified_on = business_day(max(passes))
    if not verified_on <= starts_on <= step.today + AHEAD:
        sentence = format_lazy(
            _("A notice begins between {first}, when the item was verified, and {last}."),
            first=f"{verified_on:%Y-%m-%d}",
            last=f"{step.today + AHEAD:%Y-%m-%d}",
        )
        raise Refused(invalid("publicity-start", sentence, starts_on=sentence))


def _wrong_period(step: Step, period: StatedPeriod, starts_on: date, ends_on: date | None) -> Any:
    terms = step.item.procedure
    wanted = counted_days(terms.publicity_days, terms.publicity_unit)
    right = {"wanted": wanted, "right": f"{period.ends_on:%Y-%m-%d}", "first": f"{starts_on:%Y-%m-%d}"}
    if "ends_on" in period.wrong and period.counted != terms.publicity_days:
        counted = counted_days(period.counted, terms.publicity_unit)
        sentence = _("From {first} to {last} there are {counted}, not {wanted}; {wanted} end on {right}.")
        sentence = format_lazy(sentence, last=f"{ends_on:%Y-%m-%d}", counted=counted, **right)
    elif "ends_on" in period.wrong:
        sentence = format_lazy(
            _("{wanted} from {first} end on {right}, not on {last}."), last=f"{ends_on:%Y-%m-%d}", **right
        )
    else:
        sentence = format_lazy(_("This procedure asks for {wanted}; from {first} they end on {right}."), **right)
    errors: dict[str, Promise] = {name: sentence for name in ("ends_on", "days") if name in period.wrong}
    return invalid("publicity-period", sentence, **errors)


def _take_over(step: Step, starts_on: date, ends_on: date, place: str) -> Publicity:
    """The running notice goes on with other days: its row ends, a new one begins with the same text."""
    running = step.item.publicities.get(ended_at__isnull=True)
    running.ended_at = step.now
    running.save(update_fields=["ended_at"])
    terms = step.item.procedure
    period = {"starts_on": starts_on, "ends_on": ends_on, "days": terms.publicity_days, "unit": terms.publicity_unit}
    kept = running.notice  # empty: from before notices were composed
    notice = notice_text.with_period(kept, **period) if kept else notice_text.compose(step.facts, **period)
    return Publicity.objects.create(
        item=step.item,
        cycle=step.item.cycle,
        notice=notice,
        place=place,
        published_by=step.by,
        replaces=running,
        **period,
    )
