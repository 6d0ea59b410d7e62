"""A person says that an alarm is dealt with."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.roles import Permission
from notifications.alarms import clear_alarm
from notifications.models import Alarm


@require_POST
@login_required
def clear(request: HttpRequest, pk: int) -> HttpResponse:
    """Clear an alarm, on record; if its cause is still there it is raised anew. Back to the page with the list."""
    if not request.user.may(Permission.OPERATE):
        raise PermissionDenied
    clear_alarm(get_object_or_404(Alarm, pk=pk).key, by=request.user)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "notifications:messages")
