"""Celery tasks of this room: woken by beat, they carry no data."""

from celery import shared_task

from accounts.clients import sweeping


@shared_task(ignore_result=True)
def sweep_clients() -> None:
    """Clear away what of the clients' credentials is over."""
    sweeping.sweep()
