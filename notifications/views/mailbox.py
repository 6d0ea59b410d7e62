"""The demo's mailbox: pages of what a person would have received by mail."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notifications.models import StoredMail
from notifications.views.paging import page_of


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
        "page": page_of(request, StoredMail.objects.filter(to=address).order_by("-id")),
    }
    return render(request, "notifications/mailbox.html", context)


@demo_only
@require_safe
@never_cache
@login_required
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail of the demo."""
    return render(request, "notifications/mail.html", {"mail": get_object_or_404(StoredMail, pk=pk)})
