"""Tables, one file a noun: constraints and indexes, no verbs."""

from workflow.models.calendar import CalendarDay, CalendarYear
from workflow.models.closing import Closure, Filing, Objection, Publicity, Submission, Verification
from workflow.models.events import Event
from workflow.models.evidence import Evidence
from workflow.models.extensions import Extension, Suspension
from workflow.models.idempotency import IdempotencyRecord
from workflow.models.imports import PlanImport
from workflow.models.items import Assignment, NumberSeries, WorkItem
from workflow.models.limits import RateBucket
from workflow.models.look_backs import LookBack
from workflow.models.papers import Paper, Proposal
from workflow.models.petitions import Petition, SubIssue
from workflow.models.procedures import Procedure, Rung, Stage
from workflow.models.progress import Measurement, Milestone, ProgressReport, Target
from workflow.models.references import ExternalReference
from workflow.models.runs import Job, Run
from workflow.models.sources import Section, Source
from workflow.models.timers import AlertNote, RungFiring, Timer

__all__ = [
    "AlertNote",
    "Assignment",
    "CalendarDay",
    "CalendarYear",
    "Closure",
    "Event",
    "Evidence",
    "Extension",
    "ExternalReference",
    "Filing",
    "IdempotencyRecord",
    "Job",
    "LookBack",
    "Measurement",
    "Milestone",
    "NumberSeries",
    "Objection",
    "Paper",
    "Petition",
    "PlanImport",
    "Procedure",
    "ProgressReport",
    "Proposal",
    "Publicity",
    "RateBucket",
    "Run",
    "Rung",
    "RungFiring",
    "Section",
    "Source",
    "Stage",
    "SubIssue",
    "Submission",
    "Suspension",
    "Target",
    "Timer",
    "Verification",
    "WorkItem",
]
