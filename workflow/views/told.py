"""Who was told of an item: the ledger on its page, and sending once more what did not arrive."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.roles import Permission
from notifications.ledger import ledger
from notifications.models import Delivery
from notifications.operating import resend
from workflow.models import WorkItem
from workflow.views.access import item_or_404, signed_in

AT_FIRST = 20  # messages; an old overdue item has hundreds


def told(user: User, item: WorkItem, is_whole: bool) -> dict[str, Any]:
    """The newest messages about the item, or all of them."""
    found = ledger([_name(item)], None if is_whole else AT_FIRST + 1)
    shown = found if is_whole else found[:AT_FIRST]
    return {"told": shown, "told_is_cut": len(found) > len(shown), "may_resend": _may_resend(user, item)}


def _name(item: WorkItem) -> str:
    """By which messages know it."""
    return f"item:{item.pk}"


def _may_resend(user: User, item: WorkItem) -> bool:
    return item.office_id in user.departments_with(Permission.DISPATCH)


@signed_in
@require_POST
def send_again(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """What was given up, or of which nobody knows, once more; for the dispatchers of the item's office."""
    item = item_or_404(request.user, number)
    if not _may_resend(request.user, item):
        raise PermissionDenied
    delivery = get_object_or_404(Delivery.objects.select_related("digest"), pk=pk, message__about=_name(item))
    if resend(delivery.digest or delivery, request.user):
        messages.success(request, _("It will be sent once more."))
    else:
        messages.error(request, _("It is not stuck any more."))
    return redirect("workflow:item", number=item.number)
