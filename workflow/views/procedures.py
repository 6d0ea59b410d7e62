"""How items are handled: the procedures in force, one with its revisions, and its next revision."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department, User, today
from accounts.roles import Permission
from workflow.forms.procedures import ProcedureForm, Rows, rung_rows, stage_rows
from workflow.models import Procedure
from workflow.querysets import procedures_in_force, procedures_visible_to
from workflow.refusal import Refusal, Refused
from workflow.services.procedures import revise
from workflow.views.access import signed_in
from workflow.views.actions import INCOMPLETE, STATUS
from workflow.views.procedure_words import Difference, differences, in_words

BACK = "back"  # in what is sent to the form: it was filled in before, show it again


@dataclass(frozen=True)
class Revision:
    """A revision, and what it changed of the one before (nothing is known of the first)."""

    procedure: Procedure
    changes: list[Difference]


def _reader(request: HttpRequest) -> User:
    """Whoever sees items reads by which rules they go; the administrators (三员) do not."""
    if request.user.sees_items:
        return request.user
    raise PermissionDenied


def _whole(procedures: QuerySet[Procedure]) -> QuerySet[Procedure]:
    """With everything that its page tells."""
    named = procedures.select_related("office", "approving_department", "created_by")
    return named.prefetch_related("stages__department", "rungs")


@signed_in
@never_cache
@require_safe
def procedure_list(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    found = procedures_in_force(user).select_related("office").prefetch_related("stages__department")
    offices = user.departments_with(Permission.MANAGE_PROCEDURES)
    counted = found.annotate(sources=Count("source", filter=Q(source__office__in=offices), distinct=True))
    return render(request, "workflow/procedures.html", {"procedures": counted, "may_manage": bool(offices)})


@signed_in
@never_cache
@require_safe
def procedure(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    """The revision in force for this person, or the one that is asked for."""
    user = _reader(request)
    visible = _whole(procedures_visible_to(user).filter(code=code))
    in_force = procedures_in_force(user).filter(code=code)
    shown = visible.filter(pk=pk).first() if pk else _whole(in_force).first()
    if shown is None:
        raise Http404
    family = visible.filter(Q(office=None) | Q(office=shown.office)).order_by("-revision", "-pk")
    context = {
        "procedure": shown,
        "sections": in_words(shown),
        "revisions": _revisions(list(family)),
        "is_in_force": in_force.filter(pk=shown.pk).exists(),
        "may_manage": user.may(Permission.MANAGE_PROCEDURES),
    }
    return render(request, "workflow/procedure.html", context)


def _revisions(family: list[Procedure]) -> list[Revision]:
    """Newest first."""
    found = [Revision(newer, differences(older, newer)) for newer, older in pairwise(family)]
    return [*found, *(Revision(first, []) for first in family[-1:])]


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    office, present = to_revise(request, code)
    data = request.POST if request.method == "POST" else None
    form, stages, rungs = revision_forms(data, present, office)
    if data is None or BACK in data:
        return edit_page(request, present, form, stages, rungs)
    if not all([form.is_valid(), stages.is_valid(), rungs.is_valid()]):
        return edit_page(request, present, form, stages, rungs, _(INCOMPLETE), 422)
    given = form.parameters()
    try:
        made = revise(present, office=office, by=request.user, stages=stages.terms(), rungs=rungs.terms(), **given)
    except Refused as refused:
        _show(refused.refusal, form, stages, rungs, present)
        return edit_page(request, present, form, stages, rungs, str(refused), STATUS[refused.refusal.kind])
    messages.success(
        request, _("Revision %(n)s is in force; what runs already stays as it was.") % {"n": made.revision}
    )
    return redirect("workflow:procedure", made.code)


def to_revise(request: HttpRequest, code: str) -> tuple[Department, Procedure]:
    """The office of this person and what is in force there; closed to whoever may not revise it."""
    office = _managed_office(_reader(request))
    return office, get_object_or_404(_whole(Procedure.objects.current(office).filter(code=code)))


def revision_forms(data: Any, present: Procedure, office: Department) -> tuple[ProcedureForm, Rows, Rows]:
    """What is in force as forms; with data that comes back from a look elsewhere, as it was typed, not judged yet."""
    departments = Department.objects.valid_on(today()).filter(superior=office.superior_id)
    is_back = data is not None and BACK in data
    form = ProcedureForm(data, procedure=present, departments=departments)
    stages, rungs = stage_rows(data, present, departments), rung_rows(data, present)
    if not is_back:
        return form, stages, rungs
    again = ProcedureForm(procedure=present, departments=departments, typed=form)
    return again, stages.as_typed(), rungs.as_typed()


def _managed_office(user: User) -> Department:
    offices = user.departments_with(Permission.MANAGE_PROCEDURES)
    if not offices:
        raise PermissionDenied
    return get_object_or_404(Department, pk=min(offices))


def _show(refusal: Refusal, form: ProcedureForm, stages: Rows, rungs: Rows, present: Procedure) -> None:
    form.take(refusal, present.revision)
    stages.take(refusal)
    rungs.take(refusal)


def edit_page(
    request: HttpRequest,
    present: Procedure,
    form: ProcedureForm,
    stages: Rows,
    rungs: Rows,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The form of a revision, filled in as it stands."""
    context = {"procedure": present, "form": form, "stages": stages, "rungs": rungs, "refusal": refusal}
    return render(request, "workflow/procedure_edit.html", context, status=status)
