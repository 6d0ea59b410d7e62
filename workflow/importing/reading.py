"""What the plan reader found: plain values, and the JSON other programs rely on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

Value = TypeVar("Value")


class Role(StrEnum):
    """What a party does for a task."""

    LEAD = "lead"
    JOINT = "joint"
    COOPERATE = "cooperate"
    IMPLEMENT = "implement"
    SUPERVISE = "supervise"
    VERIFY = "verify"


class OpenGroup(StrEnum):
    """A group of parties that the text does not list one by one."""

    ALL_JURISDICTIONS = "all_jurisdictions"
    DEPARTMENTS_UNRESOLVED = "departments_unresolved"


class Confidence(StrEnum):
    """How surely a date follows from the text."""

    STATED = "stated"
    INFERRED = "inferred"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True)
class Responsibility:
    """One party of a task: a named department, or an open group with the words that name it.

    ``departments`` is filled for all jurisdictions only; ``inherited`` marks a party that comes from a rule
    stated elsewhere in the document, not from the task's own words.
    """

    role: Role
    name: str = ""
    department: str | None = None
    group: OpenGroup | None = None
    text: str = ""
    departments: tuple[str, ...] = ()
    inherited: bool = False

    def as_json(self) -> dict[str, Any]:
        """Returns the named or the group form of the contract."""
        row: dict[str, Any] = {"role": str(self.role)}
        if self.group:
            row |= {"group": str(self.group), "text": self.text}
            if self.group is OpenGroup.ALL_JURISDICTIONS:
                row["departments"] = list(self.departments)
        else:
            row |= {"name": self.name, "department": self.department}
        return row | ({"inherited": True} if self.inherited else {})


@dataclass(frozen=True)
class Milestone:
    """One dated obligation: its clause, the day it is due and how sure that day is."""

    text: str
    due_on: date | None
    confidence: Confidence

    def as_json(self) -> dict[str, Any]:
        """Returns the milestone with an ISO date."""
        return {"text": self.text, "due_on": _iso(self.due_on), "confidence": str(self.confidence)}


@dataclass(frozen=True)
class Target:
    """One number to be reached: comparator is one of >= > <= < =, the unit is as printed."""

    text: str
    comparator: str
    value: float
    unit: str

    def as_json(self) -> dict[str, Any]:
        """Returns the target; whole values are written without a decimal point."""
        value = int(self.value) if float(self.value).is_integer() else self.value
        return {"text": self.text, "comparator": self.comparator, "value": value, "unit": self.unit}


@dataclass(frozen=True)
class Section:
    """The heading tasks stand under, with its printed ordinal."""

    title: str
    number: int


@dataclass
class PlanTask:
    """One task of the plan; ``label`` is its number as printed, ``number`` is unique within the document."""

    number: int
    title: str
    text: str
    section: str = ""
    label: str = ""
    line: int = 0
    responsibilities: list[Responsibility] = field(default_factory=list)
    responsibility_texts: list[str] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    is_recurring: bool = False
    is_long_term: bool = False

    def as_json(self) -> dict[str, Any]:
        """Returns the task as the contract has it, with a few keys more."""
        return {
            "number": self.number,
            "label": self.label,
            "line": self.line,
            "title": self.title,
            "section": self.section,
            "text": self.text,
            "responsibilities": [party.as_json() for party in self.responsibilities],
            "responsibility_texts": list(self.responsibility_texts),
            "milestones": [milestone.as_json() for milestone in self.milestones],
            "targets": [target.as_json() for target in self.targets],
            "recurring": self.is_recurring,
            "long_term": self.is_long_term,
            "questions": list(self.questions),
        }


@dataclass(frozen=True, order=True)
class PlanError:
    """Something that keeps the document from being imported, and the line to look at."""

    line: int
    message: str

    def as_json(self) -> dict[str, Any]:
        """Returns line and message."""
        return {"line": self.line, "message": self.message}


@dataclass(frozen=True)
class Period:
    """The time a plan covers, both days included."""

    first: date
    last: date

    @property
    def is_one_year(self) -> bool:
        """Whether a month without a year can only mean this year."""
        return self.first.year == self.last.year


@dataclass
class PlanReading:
    """The whole document: what it is, its tasks, and every error found in it."""

    title: str = ""
    document_number: str | None = None
    issued_on: date | None = None
    period: Period | None = None
    sections: list[Section] = field(default_factory=list)
    tasks: list[PlanTask] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    errors: list[PlanError] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Returns the document of the ``import_plan --dry-run --format json`` contract."""
        period = self.period and {"from": _iso(self.period.first), "to": _iso(self.period.last)}
        return {
            "title": self.title,
            "document_number": self.document_number,
            "issued_on": _iso(self.issued_on),
            "period": period,
            "sections": [{"title": section.title, "number": section.number} for section in self.sections],
            "tasks": [task.as_json() for task in self.tasks],
            "questions": list(self.questions),
            "errors": [error.as_json() for error in self.errors],
        }


def unique(values: Iterable[Value]) -> list[Value]:
    """Returns the values without repetitions, in their first order."""
    return list(dict.fromkeys(values))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
