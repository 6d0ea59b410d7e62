"""Tags and filters of the pages: navigation, form fields, time limits in a clerk's words."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template.context import Context
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow.deadlines import WorkingCalendar
from workflow.forms.fields import FoldedChoices
from workflow.forms.verification import ChecklistLines
from workflow.lifecycle import IN_WORK
from workflow.models import Publicity, Rung, WorkItem
from workflow.models.closing import Standard
from workflow.models.procedures import Clock
from workflow.progress import deadline_in_force, was_submitted_late
from workflow.querysets import STAYS_PUBLIC
from workflow.services.notice_text import masked

register = template.Library()
SOON = 5  # working days: from here on a time limit is marked as near


@register.simple_tag
def is_demo() -> bool:
    return settings.DEMO


@register.inclusion_tag("workflow/parts/nav_link.html", takes_context=True)
def nav_link(context: Context, name: str, label: str, icon: str, also: str = "", count: int = 0) -> dict[str, Any]:
    """An entry of the menu. `also`: pages that belong to it."""
    match = getattr(context.get("request"), "resolver_match", None)
    here = match.view_name if match else ""
    is_near = here in also.split()
    return {
        "url": reverse(name),
        "label": label,
        "icon": icon,
        "count": count,
        "is_here": here == name,
        "is_near": is_near,
    }


# -- form fields -------------------------------------------------------------------------------------------------------


@register.filter
def widget_kind(field: BoundField) -> str:
    """How a field is laid out: folded, group, lines, check or line."""
    widget = field.field.widget
    if isinstance(widget, ChecklistLines):
        return "lines"
    if isinstance(widget, FoldedChoices):
        return "folded"
    if isinstance(widget, CheckboxSelectMultiple | RadioSelect):
        return "group"
    return "check" if isinstance(widget, CheckboxInput) else "line"


@register.filter
def dressed(field: BoundField) -> BoundField:
    """The field with the CSS class of its kind."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput | CheckboxSelectMultiple | RadioSelect):
        name = "form-check-input"
    else:
        name = "form-select" if isinstance(widget, Select) else "form-control"
    widget.attrs["class"] = f"{name} is-invalid" if field.errors else name
    return field


@register.filter
def chosen_labels(field: BoundField) -> list[str]:
    """What is ticked in a list of boxes."""
    return [str(choice.choice_label) for choice in field.subwidgets if choice.data["selected"]]


# -- time --------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("workflow/parts/countdown.html", takes_context=True)
def countdown(context: Context, day: date | None) -> dict[str, Any]:
    """How far a time limit is away, in words; needs `today` and `calendar` in the context."""
    if day is None:
        return {}
    today = context["today"]
    if day < today:
        late = (today - day).days
        words = ngettext("%(n)s day overdue", "%(n)s days overdue", late) % {"n": late}
        return {"words": words, "level": "overdue"}
    left = _working_days_left(day, today, context["calendar"])
    return {"words": _in_words(day, today, left), "level": "soon" if left <= SOON else "calm"}


def _in_words(day: date, today: date, left: int) -> str:
    if day == today:
        return _("due today")
    return ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}


def _working_days_left(day: date, today: date, calendar: WorkingCalendar) -> int:
    return calendar.working_days_between(today + timedelta(days=1), day)


@register.filter
def minutes(length: timedelta | None) -> int:
    """A length of time in whole minutes."""
    return int(length.total_seconds() // 60) if length else 0


@register.filter
def clock_label(clock: str) -> str:
    """What is running out, in words."""
    return str(Clock(clock).label)


@register.filter
def told_to(rung: Rung) -> str:
    """Whom a step of the ladder tells, in words."""
    labels = dict(Rung.Audience.choices)
    return "、".join(str(labels[name]) for name in rung.audience)


@register.filter
def is_in_work(item: WorkItem) -> bool:
    """Is it the departments' side, where the deadline runs?"""
    return item.state in IN_WORK


register.filter(was_submitted_late)
register.filter(deadline_in_force)


@register.filter
def standards(checklist: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of a checklist with the standards in words: label, met, note."""
    return [{"label": one.label, **checklist[one.value]} for one in Standard if one.value in checklist]


@register.filter
def decision(is_upheld: bool) -> str:
    return _("Upheld") if is_upheld else _("Not upheld")


@register.filter
def percent(share: float) -> str:
    """0.87 as 87%."""
    return f"{share:.0%}"


@register.filter
def plain_number(value: Decimal) -> str:
    """Without the zeros that the column adds: 80, not 80.0000."""
    return f"{value.normalize():f}"


@register.filter
def without_personal_numbers(text: str) -> str:
    """What somebody wrote, for those who need not know how to reach him."""
    return masked(text)


@register.filter
def is_public(publicity: Publicity, today: date) -> bool:
    """May anybody read this notice on the public pages now? As querysets.public_notices says."""
    is_taken_over = getattr(publicity, "replaced_by", None) is not None
    is_in_time = publicity.starts_on <= today <= publicity.ends_on + STAYS_PUBLIC
    return bool(publicity.notice) and is_in_time and not is_taken_over
