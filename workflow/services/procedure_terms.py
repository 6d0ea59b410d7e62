"""What a procedure may say: limits of its numbers, of its acceptance chain and of its ladder; each as a sentence."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, today
from workflow.models import Procedure, Rung, Stage
from workflow.models.procedures import DEPARTMENTS_CLOCKS, Clock, DayUnit, Measure

MOST_STAGES, MOST_RUNGS, MOST_LOOK_BACKS, MOST_EXTENSIONS = 5, 80, 10, 3
STAGE_DAYS = (1, 120)
REPLY_DAYS = (1, 120)
FARTHEST_RUNG = REPEAT_AT_MOST = 365
LONGEST = {"name": 60, "closure_prefix": 20, "files_to": 80, "objections_to": 1000}

# Parameter → least, most.
LIMITS: dict[str, tuple[int, int]] = {
    "accept_days": (1, 60),
    "transfer_min_days": (0, 120),
    "extension_ask_days": (0, 60),
    "extension_max_days": (1, 730),
    "supplement_days": (1, 60),
    "decision_days": (1, 60),
    "publicity_days": (0, 90),
    "approval_days": (1, 60),
    "filing_days": (1, 120),
    "look_back_share": (0, 100),
    "reopen_days": (1, 365),
    "nudges_per_day": (0, 20),
    "acknowledgement_pauses_days": (0, 30),
}

Wrong = dict[str, str | Promise]


class StageTerms(NamedTuple):
    """A stage of the acceptance chain; `days` are working days, `department` only where the party is one."""

    party: str
    days: int
    department: Department | None = None


class RungTerms(NamedTuple):
    """A step of the ladder; a negative offset, or none, reminds. Without `measure` what is overdue is a warning."""

    clock: str
    offset_days: int
    audience: list[str]
    unit: str = DayUnit.CALENDAR.value
    repeat_days: int | None = None
    measure: str = ""
    reply_days: int | None = None  # working; of the paper that is proposed

    @property
    def kind(self) -> str:
        return Rung.Kind.OVERDUE.value if self.is_overdue else Rung.Kind.REMINDER.value

    @property
    def is_overdue(self) -> bool:
        return self.offset_days > 0

    @property
    def level(self) -> int:
        """How high it goes."""
        order = list(Rung.Audience.values)
        return max((order.index(name) for name in self.audience), default=-1)

    def named(self) -> RungTerms:
        """With the measure that goes without saying."""
        usual = Measure.WARNING if self.is_overdue else Measure.REMINDER
        return self if self.measure else self._replace(measure=usual.value)


def _between(least: int, most: int) -> Promise:
    return format_lazy(_("A whole number from {least} to {most}, please."), least=least, most=most)


# -- parameters --------------------------------------------------------------------------------------------------------


def wrong_parameters(given: dict[str, Any], office: Department) -> Wrong:
    wrong: Wrong = {
        name: _between(least, most) for name, (least, most) in LIMITS.items() if not least <= given[name] <= most
    }
    for name in ("name", "closure_prefix"):
        if not given[name].strip():
            wrong[name] = _("This field is required.")
    for name, most in LONGEST.items():
        if len(given[name]) > most:
            wrong[name] = format_lazy(_("At most {most} characters, please."), most=most)
    wrong |= _wrong_report_day(given) | _wrong_look_backs(given["look_back_days"]) | _wrong_extensions(given)
    if (unit := given["approving_department"]) and not _is_of_the_city(unit, office):
        wrong["approving_department"] = _("A department of the city that exists today, please.")
    return wrong


def _wrong_report_day(given: dict[str, Any]) -> Wrong:
    most = {Procedure.ReportEvery.WEEK: 7, Procedure.ReportEvery.MONTH: 31}.get(given["report_every"])
    if most is None or 1 <= given["report_day"] <= most:
        return {}
    return {"report_day": _between(1, most)}


def _wrong_look_backs(days: list[int]) -> Wrong:
    if len(days) > MOST_LOOK_BACKS or any(not 1 <= day <= 3650 for day in days):
        sentence = _("At most {most} look-backs, each from 1 to 3650 days after closing, please.")
        return {"look_back_days": format_lazy(sentence, most=MOST_LOOK_BACKS)}
    if any(later <= sooner for sooner, later in pairwise(days)):
        return {"look_back_days": _("Each look-back lies later than the one before.")}
    return {}


def _wrong_extensions(given: dict[str, Any]) -> Wrong:
    if given["extension_is_recorded"] and given["extension_deciders"]:
        return {"extension_deciders": _("Where only the higher level extends, nobody here decides an extension.")}
    if len(given["extension_deciders"]) > MOST_EXTENSIONS:
        return {"extension_deciders": format_lazy(_("At most {most} extensions, please."), most=MOST_EXTENSIONS)}
    return {}


def _is_of_the_city(unit: Department, office: Department) -> bool:
    """It stands under the same government as the office, and exists today."""
    is_there = (unit.valid_from is None or unit.valid_from <= today()) and (
        unit.valid_to is None or unit.valid_to >= today()
    )
    return is_there and unit.superior_id == office.superior_id


# -- the acceptance chain ----------------------------------------------------------------------------------------------


def wrong_stages(chain: list[StageTerms], verifier_is_not_lead: bool, office: Department) -> Wrong:
    """By `stages` and `stages.0.days`."""
    if not chain:
        return {"stages": _("At least one stage verifies.")}
    if len(chain) > MOST_STAGES:
        return {"stages": format_lazy(_("At most {most} stages, please."), most=MOST_STAGES)}
    wrong: Wrong = {}
    for place, stage in enumerate(chain):
        if not STAGE_DAYS[0] <= stage.days <= STAGE_DAYS[1]:
            wrong[f"stages.{place}.days"] = _between(*STAGE_DAYS)
        if sentence := _wrong_department(stage, office):
            wrong[f"stages.{place}.department"] = sentence
        if stage.party == Stage.By.LEAD and verifier_is_not_lead:
            wrong[f"stages.{place}.party"] = _("Another department than the lead verifies here.")
    return wrong


def _wrong_department(stage: StageTerms, office: Department) -> Promise | str | None:
    if stage.party != Stage.By.DEPARTMENT:
        return _("A department is named only where “This department” verifies.") if stage.department else None
    if stage.department is None:
        return _("Name the department that verifies.")
    return (
        None if _is_of_the_city(stage.department, office) else _("A department of the city that exists today, please.")
    )


# -- the ladder --------------------------------------------------------------------------------------------------------


def wrong_rungs(ladder: list[RungTerms]) -> Wrong:
    """By `rungs` and `rungs.0.repeat_days`."""
    if len(ladder) > MOST_RUNGS:
        return {"rungs": format_lazy(_("At most {most} steps, please."), most=MOST_RUNGS)}
    wrong: Wrong = {}
    steps_of: defaultdict[str, list[RungTerms]] = defaultdict(list)
    for rung in ladder:
        steps_of[rung.clock].append(rung)
    for place, rung in enumerate(ladder):
        own = steps_of[rung.clock]
        found = _wrong_climb(rung, own) | _wrong_measure(rung) | _wrong_rung(rung, [step.offset_days for step in own])
        wrong |= {f"rungs.{place}.{name}": sentence for name, sentence in found.items()}
    if any(rung.reply_days for rung in ladder) and not any(rung.is_overdue for rung in steps_of[Clock.REPLY]):
        wrong["rungs"] = _("Papers ask for an answer, so somebody has to be told when one is late.")
    return wrong


def _wrong_measure(rung: RungTerms) -> Wrong:
    if rung.measure not in Measure.values or (rung.measure == Measure.REMINDER) == rung.is_overdue:
        return {"measure": _("Up to the day it is a reminder, after it a warning or more.")}
    is_paper = Measure(rung.measure).is_proposed
    if is_paper and rung.clock not in DEPARTMENTS_CLOCKS:
        return {"measure": _("The office is late here itself: it is warned, and orders nobody.")}
    if rung.reply_days is None:
        return {}
    if not is_paper:
        return {"reply_days": _("Only a paper is answered.")}
    return {} if REPLY_DAYS[0] <= rung.reply_days <= REPLY_DAYS[1] else {"reply_days": _between(*REPLY_DAYS)}


def _wrong_climb(rung: RungTerms, steps: list[RungTerms]) -> Wrong:
    """One step after the other goes higher, or as high, and never falls silent."""
    if not rung.is_overdue:
        return {}
    before = [step for step in steps if step.is_overdue and step.offset_days < rung.offset_days]
    wrong: Wrong = {}
    severity = {measure.value: measure.severity for measure in Measure}
    if any(severity.get(step.measure, 0) > severity.get(rung.measure, 0) for step in before):
        wrong["measure"] = _("A later step is not milder than one before it.")
    if rung.audience and any(step.level > rung.level for step in before):
        wrong["audience"] = _("A later step goes at least as high as the one before it.")
    if rung.repeat_days is None and rung.offset_days == max(step.offset_days for step in steps):
        wrong["repeat_days"] = _("The last step repeats, so that what is overdue never falls silent.")
    return wrong


def _wrong_rung(rung: RungTerms, days: list[int]) -> Wrong:
    wrong: Wrong = {}
    if rung.clock not in Clock.values or rung.clock == Clock.PUBLICITY:
        wrong["clock"] = _("Nobody is reminded of this.")
    if abs(rung.offset_days) > FARTHEST_RUNG:
        wrong["offset_days"] = _between(0, FARTHEST_RUNG)
    elif days.count(rung.offset_days) > 1:
        wrong["offset_days"] = _("This day stands twice for the same time limit.")
    if not rung.audience:
        wrong["audience"] = _("Somebody has to be told.")
    if rung.repeat_days is not None:
        if not 1 <= rung.repeat_days <= REPEAT_AT_MOST:
            wrong["repeat_days"] = _between(1, REPEAT_AT_MOST)
        elif rung.offset_days <= 0:
            wrong["repeat_days"] = _("Only what is overdue is said again.")
        elif rung.offset_days < max(days):
            wrong["repeat_days"] = _("Only the last step of a time limit repeats.")
    return wrong
