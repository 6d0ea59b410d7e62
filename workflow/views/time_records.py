"""What the page of an item says about its time: extensions, suspensions, look-backs, milestones, reports."""

from typing import Any

from workflow.models import WorkItem
from workflow.models.progress import latest_measurements


def time_records(item: WorkItem) -> dict[str, Any]:
    """Newest first, a constant number of queries; milestones, targets and look-backs in their order."""
    extensions = item.extensions.select_related("department", "asked_by", "decided_by", "scan")
    look_backs = item.look_backs.select_related("by", "department").prefetch_related("evidence")
    reports = item.reports.select_related("by", "department").prefetch_related("measurements__target", "milestones")
    return {
        "milestones": item.milestones.all(),
        "targets": item.targets.prefetch_related(latest_measurements()),
        "reports": reports,
        "extensions": extensions.order_by("-id"),
        "suspensions": item.suspensions.select_related("by", "ended_by").order_by("-id"),
        "look_backs": look_backs.order_by("-cycle", "number"),
    }
