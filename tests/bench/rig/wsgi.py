"""The site with the plain list beside it, for gunicorn."""

from config.wsgi import application

__all__ = ["application"]

from config import urls
from tests.bench.rig import plain

urls.urlpatterns += plain.urlpatterns
