"""Celery tasks: woken by beat, they carry no data."""

from celery import shared_task

from workflow import deadline_scan


@shared_task(name="workflow.tasks.scan_deadlines", ignore_result=True)
def scan_deadlines() -> None:
    """Fire what is due."""
    deadline_scan.scan()
