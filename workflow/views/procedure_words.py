"""A procedure in words: every parameter, stage and step of the ladder; and what a revision changed of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow.forms.procedures import SECTIONS
from workflow.lifecycle import EvidenceKind, Party
from workflow.models import Procedure, Rung, Stage
from workflow.models.procedures import Clock, DayUnit


class Term(NamedTuple):
    """What a procedure says of one thing, a line each."""

    label: str
    lines: list[str]


class Difference(NamedTuple):
    label: str
    before: list[str]
    after: list[str]


def in_words(procedure: Procedure) -> list[tuple[str | Promise, list[Term]]]:
    """Headings with what stands below them; stages and rungs should be prefetched."""
    found = [(heading, [_term(procedure, name) for name in names]) for heading, names in SECTIONS]
    return [*found, (_("Acceptance chain"), [_chain(procedure)]), (_("Reminders and the ladder"), _ladder(procedure))]


def differences(before: Procedure, after: Procedure) -> list[Difference]:
    """What a revision changed, in the order of the page."""
    old, new = _by_name(before), _by_name(after)
    names = dict.fromkeys([*new, *old])
    found = [Difference(name[1], old.get(name, ["—"]), new.get(name, ["—"])) for name in names]
    return [change for change in found if change.before != change.after]


def _by_name(procedure: Procedure) -> dict[tuple[str, str], list[str]]:
    return {(str(heading), term.label): term.lines for heading, terms in in_words(procedure) for term in terms}


def _term(procedure: Procedure, name: str) -> Term:
    return Term(capfirst(str(Procedure._meta.get_field(name).verbose_name)), [_value(procedure, name) or "—"])


_OPTIONS: dict[str, dict[str, Any]] = {
    "extension_deciders": {Party.OFFICE.value: Party.OFFICE.label, Party.APPROVER.value: Party.APPROVER.label},
    "submit_evidence": dict(EvidenceKind.choices),
    "closing_evidence": dict(EvidenceKind.choices),
}


def _value(procedure: Procedure, name: str) -> str:
    value = getattr(procedure, name)
    if name == "approving_department":
        return str(value or Party.OFFICE.label)
    if name in _OPTIONS:
        joint = " → " if name == "extension_deciders" else "、"
        return joint.join(str(_OPTIONS[name][entry]) for entry in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, list):
        return "、".join(map(str, value))
    display = getattr(procedure, f"get_{name}_display", None)
    return str(display() if display else value)


def _chain(procedure: Procedure) -> Term:
    return Term(_("Stages of verification"), [_stage(row) for row in procedure.stages.all()])


def _stage(row: Stage) -> str:
    who = row.department if row.party == Stage.By.DEPARTMENT else row.get_party_display()
    days = ngettext("%(n)s working day", "%(n)s working days", row.days) % {"n": row.days}
    return f"{row.position}. {who}（{days}）"


# -- the ladder --------------------------------------------------------------------------------------------------------


def _ladder(procedure: Procedure) -> list[Term]:
    rungs = sorted(procedure.rungs.all(), key=lambda rung: rung.offset_days)
    found = [(clock, [rung for rung in rungs if rung.clock == clock]) for clock in Clock]
    return [Term(capfirst(str(clock.label)), [_rung(rung) for rung in own]) for clock, own in found if own]


def _rung(rung: Rung) -> str:
    labels = dict(Rung.Audience.choices)
    told = "、".join(str(labels[name]) for name in rung.audience)
    return f"{''.join(_when(rung))} → {rung.get_measure_display()}{_answer(rung)} → {told}"


def _answer(rung: Rung) -> str:
    if not rung.reply_days:
        return ""
    words = ngettext(
        "to be answered within %(n)s working day", "to be answered within %(n)s working days", rung.reply_days
    )
    return f"（{words % {'n': rung.reply_days}}）"


def _when(rung: Rung) -> Iterator[str]:
    days = abs(rung.offset_days)
    working = rung.unit == DayUnit.WORKING
    if rung.offset_days == 0:
        yield _("on the day itself")
    elif rung.offset_days < 0:
        yield (_working_before(days) if working else _before(days)) % {"n": days}
    else:
        yield (_working_after(days) if working else _after(days)) % {"n": days}
    if rung.repeat_days:
        yield ngettext(", then every %(n)s day", ", then every %(n)s days", rung.repeat_days) % {"n": rung.repeat_days}


def _before(days: int) -> str:
    return ngettext("%(n)s day before", "%(n)s days before", days)


def _working_before(days: int) -> str:
    return ngettext("%(n)s working day before", "%(n)s working days before", days)


def _after(days: int) -> str:
    return ngettext("%(n)s day overdue", "%(n)s days overdue", days)


def _working_after(days: int) -> str:
    return ngettext("%(n)s working day overdue", "%(n)s working days overdue", days)
