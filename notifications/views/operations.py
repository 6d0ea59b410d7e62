"""The operators' page: how the channels fare, what is held or stuck, open alarms. No subject and no text is shown."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import Permission
from notifications import operating
from notifications.alarms import open_alarms
from notifications.models import Delivery, HeldPass
from notifications.outbox import storms
from notifications.views.paging import page_of

DECIDED_SHOWN = 10


def operators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Others are refused, strangers are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.may(Permission.OPERATE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return login_required(guarded)


@require_safe
@never_cache
@operators_only
def operations(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    context = {
        "reports": operating.channel_reports(),
        "states": [(state, state.label) for state in operating.OPEN],
        "passes": operating.open_passes(),
        "decided": operating.decided_passes(DECIDED_SHOWN),
        "page": page_of(request, operating.stuck()),
        "alarms": open_alarms(),
    }
    return render(request, "notifications/operations.html", context)


@require_POST
@operators_only
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Release a held pass or discard it."""
    held = get_object_or_404(HeldPass, pk=pk)
    decisions = {"release": storms.release, "discard": storms.discard}
    decision = decisions.get(request.POST.get("decision", ""))
    if decision is None:
        messages.error(request, _("Say whether the pass is released or discarded."))
    elif not (n := decision(held, request.user)):
        messages.error(request, _("Somebody has decided about this pass already."))
    else:
        messages.success(request, _("Decided: %(n)s deliveries.") % {"n": n})
    return redirect("notifications:operations")


@require_POST
@operators_only
def resend_delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """Send something once more that was given up or of which nobody knows."""
    if operating.resend(get_object_or_404(Delivery, pk=pk), request.user):
        messages.success(request, _("It will be sent once more."))
    else:
        messages.error(request, _("It is not stuck any more."))
    return redirect("notifications:operations")
