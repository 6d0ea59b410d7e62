"""Correcting what was entered of an item, on its page."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from workflow.forms.revising import RevisionForm
from workflow.models import WorkItem
from workflow.refusal import Refused
from workflow.services.revising import revise
from workflow.views.access import item_or_404, signed_in
from workflow.views.actions import INCOMPLETE, STATUS
from workflow.views.correction_form import correction_form
from workflow.views.dossier import Attempt, item_page


@signed_in
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """POST corrects; GET (a reloaded page of a failed attempt) leads back to the item."""
    item = item_or_404(request.user, number)
    if request.method == "GET":
        return redirect("workflow:item", number)
    form = correction_form(item, request.POST)
    if not form.is_valid():
        return _again(request, item, form, _(INCOMPLETE), 422)
    try:
        done = revise(item, by=request.user, **form.verb_input())
    except Refused as refused:
        present = item_or_404(request.user, number)
        form.take(refused.refusal, present.version)
        return _again(request, present, form, str(refused.refusal), STATUS[refused.refusal.kind])
    same = done.version == item.version
    messages.success(request, _("Nothing differs from what stands there.") if same else _("It was corrected."))
    return redirect("workflow:item", number)


def _again(request: HttpRequest, item: WorkItem, form: RevisionForm, refusal: str, status: int) -> HttpResponse:
    attempt: dict[str, Any] = {"revision_form": form, "revision_refusal": refusal, "status": status}
    return item_page(request, item, Attempt(**attempt))
