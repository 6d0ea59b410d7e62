"""Progress reports: what a department did, what it measured, which milestones are reached; each for its period."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workflow.deadlines import answered_report_day
from workflow.lifecycle import Action, State
from workflow.models import Measurement, Milestone, ProgressReport, Target, WorkItem
from workflow.models.procedures import Clock
from workflow.refusal import Refused, invalid
from workflow.services.perform import Change, Step, perform
from workflow.services.required import require
from workflow.services.roll_up import counts_its_parts

_COLUMN = Measurement._meta.get_field("value")
MOST = Decimal(10) ** (_COLUMN.max_digits - _COLUMN.decimal_places) - 1  # that can be stored as measured


def report(
    item: WorkItem,
    *,
    by: User,
    text: str,
    percent: int | None = None,
    values: dict[str, Any] | None = None,
    milestones: Iterable[int] = (),
    note: str = "",
    **door: Any,
) -> WorkItem:
    """A responsible department says how far it is. `percent` 0…100; the lead's is the item's, if it has no parts.

    `values`: by the id or else the position of a target a number is what was measured of it; anything else is kept as
    it was said. `milestones`: ids or else positions of those that are reached, for the lead department to say.
    """

    def effect(step: Step) -> Change:
        require(text=text)
        _check_percent(percent)
        said = {str(key): _plain(value) for key, value in (values or {}).items()}
        measured = _measured(step, values or {})
        reached = _reached(step, list(milestones))
        row = _record(step, text.strip(), percent, said)
        Measurement.objects.bulk_create(
            Measurement(report=row, target=target, value=value) for target, value in measured.items()
        )
        _tick(reached, row, step)
        is_the_items = step.department_id == step.item.lead_id and not counts_its_parts(step.item)
        if percent is not None and is_the_items:
            step.item.percent = percent
        data = {"text": row.text, "percent": percent, "values": said}
        data["period"] = row.period_due_on.isoformat() if row.period_due_on else None
        data["milestones"] = [milestone.position for milestone in reached]
        return Change(State(step.item.state), stage=step.item.stage, fields=["percent"], data=data)

    return perform(item, Action.REPORT, by=by, note=note or text, effect=effect, **door)


def _check_percent(percent: int | None) -> None:
    if percent is not None and not 0 <= percent <= 100:
        sentence = _("Progress lies between 0 and 100 percent.")
        raise Refused(invalid("percent", sentence, percent=_("0 to 100, please.")))


def _record(step: Step, text: str, percent: int | None, values: dict[str, Any]) -> ProgressReport:
    running = step.item.timers.filter(clock=Clock.REPORT, ended_at=None)
    pending = running.values_list("due_on", flat=True).first()
    return ProgressReport.objects.create(
        item=step.item,
        cycle=step.item.cycle,
        period_due_on=pending and answered_report_day(step.today, pending, step.item.procedure),
        department_id=step.department_id,
        by=step.by,
        at=step.now,
        percent=percent,
        values=values,
        text=text,
    )


# -- what was measured -------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _measured(step: Step, values: dict[str, Any]) -> dict[Target, Decimal]:
    """Numbers by the target that they were measured of. Raises Refused for one that cannot be."""
    numbers = {str(key): value for key, value in values.items() if _is_number(value)}
    targets = list(step.item.targets.all()) if numbers else []
    found: dict[Target, Decimal] = {}
    for key, value in numbers.items():
        target = _named(targets, key)
        if target is None:
            continue
        number = Decimal(str(value))
        if not number.is_finite() or abs(number) > MOST:
            raise _wrong_value(_("This number is too large."))
        if target in found:
            raise _wrong_value(_("A target is measured twice."))
        found[target] = number
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _wrong_value(sentence: Promise) -> Refused:
    return Refused(invalid("values", sentence, values=sentence))


def _named(rows: list[Any], key: str) -> Any:
    """By id, or else by position."""
    by_id = {str(row.pk): row for row in rows}
    by_position = {str(row.position): row for row in rows}
    return by_id.get(key) or by_position.get(key)


# -- milestones --------------------------------------------------------------------------------------------------------


def _reached(step: Step, named: list[int]) -> list[Milestone]:
    """Those named, each once. Raises Refused if one is unknown or was reached before, or another than the lead asks."""
    if not named:
        return []
    if step.department_id != step.item.lead_id:
        sentence = _("Only the lead department says that a milestone is reached.")
        raise Refused(invalid("milestones-lead", sentence, milestones=sentence))
    pending = list(step.item.milestones.filter(reached_on=None))
    found = {pk: _named(pending, str(pk)) for pk in named}
    if unknown := [pk for pk, milestone in found.items() if milestone is None]:
        sentence = _("Some of these are no milestones of this item, or were reached before.")
        ids = ", ".join(map(str, unknown))
        raise Refused(invalid("unknown-milestone", sentence, milestones=format_lazy(_("Unknown: {ids}"), ids=ids)))
    return list(dict.fromkeys(found.values()))


def _tick(reached: list[Milestone], row: ProgressReport, step: Step) -> None:
    for milestone in reached:
        milestone.reached_on, milestone.report = step.today, row
    Milestone.objects.bulk_update(reached, ["reached_on", "report"])
