"""Pages: a person's own messages; in the demo also the mailbox in which its mail ends."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from notifications.models import Message, StoredMail
from notifications.services import mark_read, unread_count

PAGE_SIZE = 25


@require_safe
@never_cache
@login_required
def messages(request: HttpRequest) -> HttpResponse:
    """The reader's messages, newest first; `?unread=1` leaves out what was read."""
    rows = Message.objects.filter(recipient=request.user).order_by("-id")
    only_unread = request.GET.get("unread") == "1"
    if only_unread:
        rows = rows.filter(read_at__isnull=True)
    context = {"page": _page(request, rows), "only_unread": only_unread}
    return render(request, "notifications/messages.html", context)


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
    """Mark all messages as read."""
    mark_read(request.user)
    return redirect(_list_url(request.POST))


@require_GET
@never_cache
def unread(request: HttpRequest) -> HttpResponse:
    """The counter in the page head. Signed out: 403, so that htmx does not put the sign-in page in its place."""
    if not request.user.is_authenticated:
        return HttpResponse(status=403)
    # Without the request: what else a page's frame counts is not shown here and shall cost nothing.
    return HttpResponse(render_to_string("notifications/_unread.html", {"unread_count": unread_count(request.user)}))


def demo_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Outside the demo the page does not exist, not even for those who are signed out."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@demo_only
@require_safe
@never_cache
@login_required
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mail somebody would have received. A teaching tool: anybody may look into any mailbox of the demo."""
    address = request.GET.get("of", request.user.email).replace("\x00", "")
    context = {
        "address": address,
        "people": get_user_model().objects.filter(is_active=True, is_machine=False).exclude(email="").order_by("name"),
        "page": _page(request, StoredMail.objects.filter(to=address).order_by("-id")),
    }
    return render(request, "notifications/mailbox.html", context)


@demo_only
@require_safe
@never_cache
@login_required
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail of the demo."""
    return render(request, "notifications/mail.html", {"mail": get_object_or_404(StoredMail, pk=pk)})


def _page(request: HttpRequest, rows: QuerySet) -> object:
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def _list_url(parameters: QueryDict) -> str:
    """Back to the list as it was; only its own two parameters survive."""
    query = QueryDict(mutable=True)
    if parameters.get("unread") == "1":
        query["unread"] = "1"
    if parameters.get("page", "").isdecimal():
        query["page"] = parameters["page"]
    url = reverse("notifications:messages")
    return f"{url}?{query.urlencode()}" if query else url
