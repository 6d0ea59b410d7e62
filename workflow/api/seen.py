"""An item as a caller sees it on a day: what the serializer of items reads from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from accounts.models import User
from workflow import progress
from workflow.facts import Facts
from workflow.models import Assignment, Milestone, Petition, Target, WorkItem
from workflow.permissions import AllowedAction, allowed_actions
from workflow.progress import ProgressClass


@dataclass(frozen=True, slots=True)
class SeenItem:
    facts: Facts
    user: User
    today: date

    @property
    def item(self) -> WorkItem:
        return self.facts.item

    @property
    def assignments(self) -> list[Assignment]:
        return self.facts.assignments

    @property
    def petition(self) -> Petition | None:
        return self.facts.petition

    @property
    def milestones(self) -> list[Milestone]:
        return self.facts.milestones

    @property
    def targets(self) -> list[Target]:
        return self.facts.targets

    @property
    def acknowledged_by(self) -> list[str]:
        """The cooperating departments that have said that they know of their part."""
        return list(dict.fromkeys(row.department.name for row in self.assignments if row.acknowledged_at))

    @property
    def outcome(self) -> str | None:
        return self.item.outcome or None

    @property
    def overdue(self) -> bool:
        return progress.is_overdue(self.item, self.today)

    @property
    def progress_class(self) -> ProgressClass:
        return progress.progress_class(self.item, self.today, self.facts.suspended_days, self.milestones)

    @property
    def allowed_actions(self) -> list[AllowedAction]:
        return allowed_actions(self.user, self.facts, self.today)
