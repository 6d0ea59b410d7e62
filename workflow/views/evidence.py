"""Evidence: adding a file to an item, handing one out."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from workflow.downloads import evidence_response, picture_response
from workflow.facts import read_facts
from workflow.forms.rectification import EvidenceForm
from workflow.querysets import evidence_visible_to
from workflow.refusal import Refusal, Refused
from workflow.services.evidence import add_evidence, replaceable
from workflow.views.access import item_or_404, signed_in
from workflow.views.actions import INCOMPLETE, STATUS
from workflow.views.dossier import Attempt, item_page


@signed_in
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, number: str) -> HttpResponse:
    item = item_or_404(request.user, number)
    if request.method == "GET":
        return redirect("workflow:item", number)
    facts = read_facts([item])[item.pk]
    form = EvidenceForm(request.POST, request.FILES, replaceable=replaceable(request.user, facts))
    if not form.is_valid():
        return item_page(request, item, Attempt(evidence_form=form, evidence_refusal=_(INCOMPLETE), status=422))
    try:
        evidence = add_evidence(item, by=request.user, **form.cleaned_data)
    except Refused as refused:
        _take(form, refused.refusal)
        status = STATUS[refused.refusal.kind]
        return item_page(
            request, item, Attempt(evidence_form=form, evidence_refusal=str(refused.refusal), status=status)
        )
    messages.success(request, _("“%(name)s” was added to the evidence.") % {"name": evidence.name})
    return redirect(f"{reverse('workflow:item', args=[number])}#evidence")


def _take(form: EvidenceForm, refusal: Refusal) -> None:
    for name, sentence in refusal.errors.items():
        form.add_error(name if name in form.fields else None, str(sentence))


@signed_in
@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """A file of an item that the person sees; any other does not exist for him."""
    return evidence_response(get_object_or_404(evidence_visible_to(request.user), pk=pk))


@signed_in
@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """The same for an <img> of the page; what is no picture does not exist here."""
    return picture_response(get_object_or_404(evidence_visible_to(request.user), pk=pk))
