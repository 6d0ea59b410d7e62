"""Pages of a list."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 25


def page_of(request: HttpRequest, rows: QuerySet) -> Page:
    """The page asked for; the nearest one when the number makes no sense."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
