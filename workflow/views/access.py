"""Who comes in: the gate of every page, and the one way to an item."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import User
from accounts.roles import Permission
from workflow.models import WorkItem
from workflow.querysets import visible_to

View = Callable[..., HttpResponse]
_SHOWN = ("source", "section", "region", "lead", "office", "procedure", "parent", "turn_department")


def signed_in(view: View) -> View:
    """Signed out: to the sign-in page. What htmx fetches as a part moves the whole page there instead."""
    guarded = login_required(view)

    @wraps(view)
    def enter(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.htmx and not request.user.is_authenticated:
            return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
        return guarded(request, *args, **kwargs)

    return enter


def wants_a_part(request: HttpRequest) -> bool:
    """Does htmx ask for a part of the page? When it restores its history it wants the whole."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def item_or_404(user: User, number: str) -> WorkItem:
    """An item that is hidden from this person does not exist for him."""
    if "\0" in number:  # PostgreSQL takes no such text
        raise Http404
    return get_object_or_404(visible_to(user).select_related(*_SHOWN), number=number)


def offices_of(user: User) -> frozenset[int]:
    """The committee offices for which this person dispatches; raises PermissionDenied if there is none."""
    if offices := user.departments_with(Permission.DISPATCH):
        return offices
    raise PermissionDenied
