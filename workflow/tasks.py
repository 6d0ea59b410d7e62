"""Celery tasks: woken by beat, they carry no data."""

from celery import shared_task
from django.urls import reverse

from notifications.alarm_notices import tell_operators
from notifications.webhook_notices import tell_departments
from workflow import database_clock, deadline_scan, pushing
from workflow.api import limits
from workflow.models import Job, Run
from workflow.services import alarming, auditing, calendar_coverage, recalculation


@shared_task(name="workflow.tasks.scan_deadlines", ignore_result=True)
def scan_deadlines() -> None:
    """Fire what is due."""
    handled = deadline_scan.scan()
    Run.objects.update_or_create(job=Job.SCAN, defaults={"ended_at": database_clock.now(), "handled": handled})


@shared_task(name="workflow.tasks.move_clocks", ignore_result=True)
def move_clocks() -> None:
    """Go on moving clocks after a calendar year came into force."""
    recalculation.finish_recalculations()


@shared_task(name="workflow.tasks.watch_calendar", ignore_result=True)
def watch_calendar() -> None:
    """Say which calendar years are missing."""
    calendar_coverage.watch_the_calendar()


@shared_task(name="workflow.tasks.audit_clocks", ignore_result=True)
def audit_clocks() -> None:
    """Find and repair what has no clock, look for what else is wrong with the house, tell those who operate it."""
    auditing.audit()
    alarming.check()
    tell_operators(reverse("workflow:status"))


@shared_task(name="workflow.tasks.push_webhooks", ignore_result=True)
def push_webhooks() -> None:
    """Give webhooks what is new in the feed; tell of those that were disabled."""
    pushing.push()
    tell_departments()


@shared_task(name="workflow.tasks.forget_full_buckets", ignore_result=True)
def forget_full_buckets() -> None:
    """Callers of the API who were quiet for a while need no row."""
    limits.forget_full_buckets()
