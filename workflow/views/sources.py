"""Where items come from: the list of sources, one source with its progress, a new one."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import Department, today
from accounts.roles import Permission
from workflow import working_calendar
from workflow.forms.registering import SourceForm, SourceProcedureForm
from workflow.models import Procedure, Section, Source
from workflow.querysets import sources_visible_to, visible_to
from workflow.refusal import Refused, invalid
from workflow.services.sources import choose_procedure, create_source
from workflow.statistics import By, Figures, counted, groups_of
from workflow.views.access import offices_of, signed_in
from workflow.views.paging import page_of
from workflow.views.registration import show


@signed_in
@never_cache
@require_safe
def source_list(request: HttpRequest) -> HttpResponse:
    page = page_of(request, sources_visible_to(request.user).select_related("procedure", "office"))
    items = counted(request.user).filter(source__in=[row.pk for row in page])
    progress = {group.key: group.figures for group in groups_of(By.SOURCE, items, today())}
    rows = [(source, progress.get(source.pk, Figures())) for source in page]
    return render(request, "workflow/sources.html", {"rows": rows, "page": page})


@signed_in
@never_cache
@require_safe
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: its facts, the progress of each section, its items."""
    visible = sources_visible_to(request.user).select_related("procedure", "office")
    found: Source = get_object_or_404(visible, pk=pk)
    items = visible_to(request.user).filter(source=found).select_related("lead", "turn_department", "source", "parent")
    groups = groups_of(By.SECTION, counted(request.user).filter(source=found), today())
    by_section = {group.key: group.figures for group in groups}
    context = {
        "source": found,
        "progress": Figures.sum(by_section.values()),
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
