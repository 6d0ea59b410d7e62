"""The petition behind an item: its card on the page, and writing down what was found."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from workflow.forms.petitions import FindingsForm
from workflow.models import Petition, WorkItem
from workflow.refusal import Refused
from workflow.services.petitions import record_findings
from workflow.views.access import item_or_404, signed_in
from workflow.views.actions import INCOMPLETE, STATUS
from workflow.views.dossier import Attempt, item_page


@signed_in
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, number: str) -> HttpResponse:
    """POST records; GET (a reloaded page of a failed attempt) leads back to the item."""
    item = item_or_404(request.user, number)
    petition = Petition.objects.filter(item=item).first()
    if petition is None:
        raise Http404
    here = f"{reverse('workflow:item', args=[number])}#petition"
    if request.method == "GET":
        return redirect(here)
    form = FindingsForm(request.POST, petition=petition)
    if not form.is_valid():
        return _again(request, item, form, _(INCOMPLETE), 422)
    try:
        record_findings(item, by=request.user, **form.verb_input())
    except Refused as refused:
        form.take(refused.refusal)
        return _again(request, item, form, str(refused.refusal), STATUS[refused.refusal.kind])
    messages.success(request, _("The findings were recorded."))
    return redirect(here)


def _again(request: HttpRequest, item: WorkItem, form: FindingsForm, refusal: str, status: int) -> HttpResponse:
    attempt: dict[str, Any] = {"findings_form": form, "findings_refusal": refusal, "status": status}
    return item_page(request, item, Attempt(**attempt))
