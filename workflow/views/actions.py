"""Performing an action: the form valid or shown again, one verb, redirect. A refusal loses nothing that was typed."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from workflow.facts import read_facts
from workflow.forms import ASKS_FOR_DEPARTMENTS
from workflow.forms.fields import ActionForm
from workflow.lifecycle import Action
from workflow.models import WorkItem
from workflow.querysets import visible_to
from workflow.refusal import RefusalKind, Refused
from workflow.services import VERBS
from workflow.views.access import item_or_404, signed_in
from workflow.views.dossier import Attempt, form_for, item_page, units_for
from workflow.views.timeline import left_out

INCOMPLETE = gettext_noop("Nothing was sent yet. Please correct what is marked in red.")
STATUS = {RefusalKind.INVALID: 422, RefusalKind.CONFLICT: 409, RefusalKind.STALE: 409, RefusalKind.FORBIDDEN: 403}


@signed_in
@require_http_methods(["GET", "POST"])
def perform(request: HttpRequest, number: str, action: str) -> HttpResponse:
    """POST performs; GET (a reloaded page of a failed attempt) leads back to the item."""
    item = item_or_404(request.user, number)
    verb = _verb(action)
    if request.method == "GET":
        return redirect(f"{reverse('workflow:item', args=[number])}#{verb}")
    form = _form(request, item, verb)
    if not form.is_valid():
        return item_page(request, item, Attempt(verb, form, refusal=_(INCOMPLETE), status=422))
    try:
        item = VERBS[verb](item, by=request.user, **form.verb_input())
    except Refused as refused:
        return _refused(request, number, verb, form, refused)
    messages.success(request, _done(verb, item))
    if visible_to(request.user).filter(pk=item.pk).exists():
        return redirect("workflow:item", number)
    return redirect("workflow:inbox")  # passed on, so that it is another department's from now on


def _verb(action: str) -> Action:
    if action not in VERBS:
        raise Http404
    return Action(action)


def _form(request: HttpRequest, item: WorkItem, action: Action) -> ActionForm:
    facts = read_facts([item])[item.pk]
    units = units_for(facts) if action in ASKS_FOR_DEPARTMENTS else []
    return form_for(action, facts, units, request.POST)


def _refused(request: HttpRequest, number: str, action: Action, form: ActionForm, refused: Refused) -> HttpResponse:
    """The item as it is now, with the person's text, the sentence why not, and today's version to go on with."""
    item = item_or_404(request.user, number)
    form.take(refused.refusal, item.version)
    status = STATUS[refused.refusal.kind]
    return item_page(request, item, Attempt(action, form, refusal=str(refused.refusal), status=status))


def _done(action: Action, item: WorkItem) -> str:
    said = _("%(action)s: done. %(number)s is now “%(state)s”.") % {
        "action": action.label,
        "number": item.number,
        "state": item.get_state_display(),
    }
    return " ".join([said, *left_out(item.events.latest("id").data)]) if action == Action.DECOMPOSE else said
