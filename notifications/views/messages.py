"""Pages of a person's own messages; what was told on one occasion stands on one line and opens to its lines."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from notifications.models import Message
from notifications.services import GROUP, mark_read, messages_of, unread_count
from notifications.views.paging import page_of


@dataclass(frozen=True)
class Line:
    """A message, or the newest of several that were told together."""

    message: Message
    n: int
    unread: int


@require_safe
@never_cache
@login_required
def messages(request: HttpRequest) -> HttpResponse:
    """The reader's messages, newest first; `?unread=1` leaves out what was read, `?occasion=…` opens one line."""
    own = messages_of(request.user)
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        own = own.filter(read_at__isnull=True)
    occasion = request.GET.get("occasion", "").replace("\x00", "")
    page = page_of(request, own.filter(occasion=occasion).order_by("-id") if occasion else _groups(own))
    lines = [Line(message, 1, message.read_at is None) for message in page] if occasion else _lines(own, page)
    context = {"page": page, "lines": lines, "only_unread": only_unread, "occasion": occasion}
    return render(request, "notifications/messages.html", context)


def _groups(own: QuerySet[Message]) -> QuerySet:
    groups = own.values(line=GROUP)
    counted = groups.annotate(newest=Max("id"), n=Count("id"), unread=Count("id", filter=Q(read_at__isnull=True)))
    return counted.order_by("-newest")


def _lines(own: QuerySet[Message], groups: object) -> list[Line]:
    newest = own.in_bulk([group["newest"] for group in groups])
    return [Line(newest[group["newest"]], group["n"], group["unread"]) for group in groups]


@require_safe
@login_required
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the message leads; having gone there is having read it. HEAD, which link checkers send, reads nothing."""
    message = get_object_or_404(Message, pk=pk, recipient=request.user)
    if request.method == "GET":
        mark_read(request.user, [message.pk])
    return redirect(message.url or "notifications:messages")


@require_POST
@login_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message as read."""
    message = get_object_or_404(Message, pk=pk, recipient=request.user)
    mark_read(request.user, [message.pk])
    return redirect(_list_url(request.POST))


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all messages as read, or those of one occasion."""
    occasion = request.POST.get("occasion", "").replace("\x00", "")
    of_occasion = messages_of(request.user).filter(occasion=occasion).values_list("pk", flat=True)
    mark_read(request.user, of_occasion if occasion else None)
    return redirect(_list_url(request.POST))


@require_GET
@never_cache
def unread(request: HttpRequest) -> HttpResponse:
    """The counter in the page head. Signed out: 403, so that htmx does not put the sign-in page in its place."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    # Without the request: what else a page's frame counts is not shown here and shall cost nothing.
    return HttpResponse(render_to_string("notifications/_unread.html", {"unread_count": unread_count(request.user)}))


def _list_url(parameters: QueryDict) -> str:
    """Back to the list as it was; only its own parameters survive."""
    query = QueryDict(mutable=True)
    if parameters.get("unread") == "1":
        query["unread"] = "1"
    if occasion := parameters.get("occasion"):
        query["occasion"] = occasion
    if parameters.get("page", "").isdecimal():
        query["page"] = parameters["page"]
    url = reverse("notifications:messages")
    return f"{url}?{query.urlencode()}" if query else url
