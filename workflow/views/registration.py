"""Registering an issue or a petition by hand."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from workflow.duplicates import likely_duplicates
from workflow.forms.registering import RegisterForm
from workflow.models import Source, WorkItem
from workflow.querysets import sources_visible_to
from workflow.refusal import Refusal, Refused
from workflow.services.registration import register_issue
from workflow.views.access import offices_of, signed_in
from workflow.views.actions import STATUS
from workflow.views.correction_form import regions_of


@signed_in
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """`?source=` chooses the source beforehand."""
    form = _form(request, offices_of(request.user))
    if request.method != "POST" or not form.is_valid():
        return render(request, "workflow/register.html", {"form": form}, status=422 if form.errors else 200)
    if not form.is_decided and (similar := _similar(form)):
        form.propose([item.number for item in similar])
        return render(request, "workflow/register.html", {"form": form, "similar": similar})
    given = form.verb_input()
    try:
        item = register_issue(given.pop("source"), by=request.user, **given)
    except Refused as refused:
        return render(request, "workflow/register.html", {"form": form}, status=show(refused.refusal, form))
    messages.success(request, _("%(number)s was registered; it waits to be assigned.") % {"number": item.number})
    return redirect("workflow:item", item.number)


def _similar(form: RegisterForm) -> list[WorkItem]:
    """What this petition may repeat."""
    given = form.cleaned_data
    regions = {*given["regions"], *filter(None, [given["region"]])}
    place, office = given["place"], given["source"].office_id
    words = {"title": given["title"], "description": given["description"]}
    return likely_duplicates(office, regions=regions, place=place, **words)


def show(refusal: Refusal, form: forms.Form) -> int:
    """Put a refusal on a form; returns the status of the answer."""
    for name, sentence in refusal.errors.items() or [("", refusal.message)]:
        form.add_error(name if name in form.fields else None, str(sentence))
    return STATUS[refusal.kind]


def _form(request: HttpRequest, offices: frozenset[int]) -> RegisterForm:
    sources = sources_visible_to(request.user).filter(office__in=offices).exclude(kind=Source.Kind.PLAN)
    options: dict[str, Any] = {"sources": sources, "regions": regions_of(offices)}
    return RegisterForm(request.POST or None, initial={"source": request.GET.get("source")}, **options)
