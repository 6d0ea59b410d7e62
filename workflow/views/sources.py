"""Where items come from: the list of sources, one source with its progress, a new one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Department, User, today
from accounts.roles import Permission
from workflow import working_calendar
from workflow.forms.registering import SourceForm, SourceProcedureForm
from workflow.lifecycle import State
from workflow.models import Procedure, Section, Source, WorkItem
from workflow.querysets import late, sources_visible_to, visible_to
from workflow.refusal import Refused, invalid
from workflow.services.sources import choose_procedure, create_source
from workflow.views.access import offices_of, signed_in
from workflow.views.paging import page_of
from workflow.views.registration import show


@dataclass(frozen=True)
class Progress:
    """How many of some items are closed out and late; void ones do not count."""

    total: int = 0
    closed: int = 0
    late: int = 0


def counted(user: User, **narrower: object) -> QuerySet[WorkItem]:
    """The items that a figure counts: whole ones for the office, for others each part that they see."""
    offices = user.departments_with(Permission.SEE_OFFICE)
    whole_or_not_ours = Q(parent__isnull=True) | ~Q(office__in=offices)
    return visible_to(user).filter(whole_or_not_ours, **narrower).exclude(state=State.VOID).order_by()


def progress_by(key: str, items: QuerySet[WorkItem]) -> dict[int | None, Progress]:
    """One query."""
    figures = {
        "total": Count("pk"),
        "closed": Count("pk", filter=Q(state=State.CLOSED)),
        "late": Count("pk", filter=late(today())),
    }
    rows = items.values(key).annotate(**figures)
    return {row.pop(key): Progress(**row) for row in rows}


@signed_in
@never_cache
@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    page = page_of(request, sources_visible_to(request.user).select_related("procedure", "office"))
    progress = progress_by("source", counted(request.user, source__in=[row.pk for row in page]))
    rows = [(source, progress.get(source.pk, Progress())) for source in page]
    return render(request, "workflow/sources.html", {"rows": rows, "page": page})


@signed_in
@never_cache
@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: its facts, the progress of each section, its items."""
    visible = sources_visible_to(request.user).select_related("procedure", "office")
    found: Source = get_object_or_404(visible, pk=pk)
    items = visible_to(request.user).filter(source=found).select_related("lead", "turn_department", "source", "parent")
    by_section = progress_by("section", counted(request.user, source=found))
    context = {
        "source": found,
        "progress": _sum(by_section.values()),
        "sections": [(row, by_section[row.pk]) for row in Section.objects.filter(source=found) if row.pk in by_section],
        "page": page_of(request, items.order_by("task_number", "number")),
        "today": today(),
        "calendar": working_calendar.load(),
        "may_register": found.office_id in request.user.departments_with(Permission.DISPATCH),
    }
    if context["may_register"]:
        context["procedure_form"] = _procedure_form(found)
    return render(request, "workflow/source.html", context)


def _procedure_form(source: Source, data: Any = None) -> SourceProcedureForm:
    in_force = Procedure.objects.current(source.office)
    return SourceProcedureForm(data, procedures=in_force, initial={"procedure": source.procedure_id})


@signed_in
@require_POST
def choose(request: HttpRequest, pk: int) -> HttpResponse:
    """Another procedure for the items that come later."""
    found = get_object_or_404(sources_visible_to(request.user).select_related("office"), pk=pk)
    form = _procedure_form(found, request.POST)
    try:
        if not form.is_valid():
            raise Refused(invalid("procedure", _("Choose one of the procedures in force.")))
        choose_procedure(found, by=request.user, procedure=form.cleaned_data["procedure"])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("New items go by “%(procedure)s” from now on.") % {"procedure": found.procedure})
    return redirect("workflow:source", pk)


def _sum(parts: Iterable[Progress]) -> Progress:
    parts = list(parts)
    return Progress(sum(p.total for p in parts), sum(p.closed for p in parts), sum(p.late for p in parts))


@signed_in
@require_http_methods(["GET", "POST"])
def new_source(request: HttpRequest) -> HttpResponse:
    office = get_object_or_404(Department, pk=min(offices_of(request.user)))
    form = SourceForm(request.POST or None, procedures=Procedure.objects.current(office))
    if request.method != "POST" or not form.is_valid():
        return render(request, "workflow/source_new.html", {"form": form}, status=422 if form.errors else 200)
    try:
        made = create_source(office, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return render(request, "workflow/source_new.html", {"form": form}, status=show(refused.refusal, form))
    messages.success(request, _("The source was opened; register its issues now."))
    return redirect("workflow:source", made.pk)
