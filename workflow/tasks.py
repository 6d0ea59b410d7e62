"""Celery tasks: woken by beat, they carry no data."""

from celery import shared_task

from workflow import deadline_scan
from workflow.services import calendar_coverage, recalculation


@shared_task(name="workflow.tasks.scan_deadlines", ignore_result=True)
def scan_deadlines() -> None:
    """Fire what is due."""
    deadline_scan.scan()


@shared_task(name="workflow.tasks.move_clocks", ignore_result=True)
def move_clocks() -> None:
    """Go on moving clocks after a calendar year came into force."""
    recalculation.finish_recalculations()


@shared_task(name="workflow.tasks.watch_calendar", ignore_result=True)
def watch_calendar() -> None:
    """Say which calendar years are missing."""
    calendar_coverage.watch_the_calendar()
