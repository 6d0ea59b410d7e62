"""Before a ladder is changed: what it would tell, per day and per department. Nothing is stored, nothing is sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Department, today
from workflow import database_clock, working_calendar
from workflow.forms.procedures import ProcedureForm, Rows
from workflow.forms.rehearsing import PeriodForm
from workflow.models import Procedure
from workflow.refusal import invalid
from workflow.rehearsal import LadderChange, Rehearsal, Scope, rehearse
from workflow.services.procedure_terms import wrong_rungs
from workflow.views.access import signed_in
from workflow.views.actions import INCOMPLETE
from workflow.views.procedures import edit_page, revision_forms, to_revise
from workflow.views.rehearsal_shown import shown

_OWN = ("csrfmiddlewaretoken", "first", "last")  # of the page of the result; everything else is the form's


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def rehearsal(request: HttpRequest, code: str) -> HttpResponse:
    """GET: the ladder in force. POST: beside it the one that stands in the form of a revision."""
    office, present = to_revise(request, code)
    if request.method == "GET":
        return _result(request, office, present)
    form, stages, rungs = revision_forms(request.POST, present, office)
    if not _is_a_ladder(rungs):
        return edit_page(request, present, form, stages, rungs, _(INCOMPLETE), 422)
    return _result(request, office, present, _change(form, rungs))


def _is_a_ladder(rungs: Rows) -> bool:
    """What is wrong is shown at its row, as when the revision is kept; other fields may still be empty."""
    if not rungs.is_valid():
        return False
    wrong = wrong_rungs(rungs.terms())
    rungs.take(invalid("ladder", "", **wrong))
    return not wrong


def _change(form: ProcedureForm, rungs: Rows) -> LadderChange:
    form.is_valid()  # an hour that is none is said when the revision is kept
    return LadderChange(rungs.terms(), form.cleaned_data.get("notice_at"))


def _result(
    request: HttpRequest, office: Department, present: Procedure, change: LadderChange | None = None
) -> HttpResponse:
    given = request.POST if change else request.GET
    period = PeriodForm(given, today())
    context = {"procedure": present, "office": office, "period": period, "carried": _carried(given) if change else []}
    if not period.is_valid():
        return render(request, "workflow/rehearsal.html", context | {"is_changed": bool(change)}, status=422)
    in_force = _rehearsed(period, present, office)
    changed = _rehearsed(period, present, office, change) if change else None
    context |= shown(changed or in_force, in_force if change else None)
    return render(request, "workflow/rehearsal.html", context | {"is_changed": bool(change)})


def _rehearsed(
    period: PeriodForm, present: Procedure, office: Department, change: LadderChange | None = None
) -> Rehearsal:
    scope, calendar = Scope(present.code, office.pk), working_calendar.load()
    return rehearse(period.period, now=database_clock.now(), calendar=calendar, scope=scope, change=change)


def _carried(given: QueryDict) -> list[tuple[str, str]]:
    """What was typed into the form, to be sent back to it."""
    return [(name, value) for name, values in given.lists() if name not in _OWN for value in values]
