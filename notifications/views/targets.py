"""The security administrator's page: where webhooks may be sent, who allowed it and why, and who is sent what."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Permission
from notifications import targets
from notifications.models import AllowedTarget
from notifications.target_form import TargetForm

WITHDRAWN_SHOWN = 50


def security_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Others are refused, strangers are asked to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.may(Permission.MANAGE_SECURITY):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))


@require_http_methods(["GET", "HEAD", "POST"])
@security_only
def target_list(request: HttpRequest) -> HttpResponse:
    """All of them; POST allows another one."""
    form = TargetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            target = targets.allow(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Allowed: %(target)s") % {"target": target})
            return redirect("notifications:targets")
    context = {
        "form": form,
        "targets": targets.targets(),
        "by_operator": settings.WEBHOOK_ALLOWED_HOSTS,
        "withdrawn": targets.withdrawn_targets()[:WITHDRAWN_SHOWN],
        "webhooks": targets.webhooks_in_use(),
    }
    return render(request, "notifications/targets.html", context)


@require_POST
@security_only
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    target = get_object_or_404(AllowedTarget, pk=pk)
    if targets.withdraw(target, by=request.user):
        messages.success(request, _("Withdrawn: %(target)s") % {"target": target})
    else:
        messages.error(request, _("Somebody has withdrawn it already."))
    return redirect("notifications:targets")
