"""Settings, routes and process entry points; holds no logic of its own."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
