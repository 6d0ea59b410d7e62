"""Tables, one file a noun: constraints and indexes, no verbs."""

from workflow.models.calendar import CalendarDay
from workflow.models.closing import Closure, Objection, Publicity, Submission, Verification
from workflow.models.events import Event
from workflow.models.evidence import Evidence
from workflow.models.idempotency import IdempotencyRecord
from workflow.models.imports import PlanImport
from workflow.models.items import Assignment, Milestone, NumberSeries, ProgressReport, Target, WorkItem
from workflow.models.procedures import Procedure, Rung
from workflow.models.sources import Section, Source
from workflow.models.timers import RungFiring, Timer

__all__ = [
    "Assignment",
    "CalendarDay",
    "Closure",
    "Event",
    "Evidence",
    "IdempotencyRecord",
    "Milestone",
    "NumberSeries",
    "Objection",
    "PlanImport",
    "Procedure",
    "ProgressReport",
    "Publicity",
    "Rung",
    "RungFiring",
    "Section",
    "Source",
    "Submission",
    "Target",
    "Timer",
    "Verification",
    "WorkItem",
]
