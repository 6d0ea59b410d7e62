"""Plan import: upload → preview → correct → confirm. The command line does the same through importing.loader."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Department, today
from workflow.importing import loader, reader
from workflow.importing.corrections import DocumentForm, TaskCorrection
from workflow.lifecycle import DepartmentRole
from workflow.models import Milestone, PlanImport
from workflow.refusal import Refused
from workflow.views.access import offices_of, signed_in


class UploadForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("Plan document (.txt, .md, .docx)"))

    def clean_file(self) -> UploadedFile:
        """Refused before it is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > reader.MAX_BYTES:
            limit = reader.MAX_BYTES // 1024 // 1024
            raise forms.ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        return file


def _plan_import(request: HttpRequest, pk: int) -> PlanImport:
    return get_object_or_404(PlanImport.objects.select_related("source"), pk=pk, office__in=offices_of(request.user))


@signed_in
def upload(request: HttpRequest) -> HttpResponse:
    office = get_object_or_404(Department, pk=min(offices_of(request.user)))
    form = UploadForm(request.POST or None, request.FILES or None)
    errors: list[dict[str, object]] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            plan_import = loader.receive(file.read(), file.name, office=office, by=request.user)
            return redirect("workflow:plan-preview", plan_import.pk)
        except (reader.UnreadableDocument, Refused) as error:
            form.add_error("file", str(error))
        except loader.PlanHasErrors as error:
            errors = error.errors
    waiting = PlanImport.objects.filter(office=office, source__isnull=True)[:20]
    status = 400 if errors or form.errors else 200
    context = {"form": form, "errors": errors, "waiting": waiting}
    return render(request, "workflow/imports/upload.html", context, status=status)


@signed_in
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was read; posting corrects the facts about the document itself."""
    plan_import = _plan_import(request, pk)
    form = DocumentForm.of(plan_import.reading, request.POST or None)
    if request.method == "POST" and not plan_import.source and form.is_valid():
        return _correct(request, pk, form.apply_to)
    reading = plan_import.reading | {"tasks": [_shown(row) for row in plan_import.reading["tasks"]]}
    context = {"plan_import": plan_import, "reading": reading, "form": form}
    return render(request, "workflow/imports/preview.html", context, status=400 if form.errors else 200)


def _correct(request: HttpRequest, pk: int, change: Callable[[loader.Reading], None]) -> HttpResponse:
    try:
        loader.correct(pk, change)
    except Refused as error:
        messages.error(request, str(error))
        return _back(pk)
    messages.success(request, _("The correction was saved."))
    return redirect("workflow:plan-preview", pk)


def _back(pk: int) -> HttpResponse:
    """To what is left of the import after somebody else was faster."""
    is_left = PlanImport.objects.filter(pk=pk).exists()
    return redirect("workflow:plan-preview", pk) if is_left else redirect("workflow:plan-import")


def _shown(task: dict[str, Any]) -> dict[str, Any]:
    """A task of the reading with its enumerations in the reader's language."""
    parties = [
        {
            "role": DepartmentRole(row["role"]).label,
            "who": row.get("department") or row.get("name") or row.get("text"),
            "count": len(row.get("departments", [])),
            "is_known": bool(row.get("department") or row.get("departments")),
        }
        for row in task["responsibilities"]
    ]
    milestones = [
        row
        | {"confidence_label": Milestone.Confidence(row["confidence"]).label}
        | {"due_on": row["due_on"] and date.fromisoformat(row["due_on"])}
        for row in task["milestones"]
    ]
    return task | {"parties": parties, "milestones": milestones}


@signed_in
def task(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Correct one task of the reading."""
    plan_import = _plan_import(request, pk)
    row = next((row for row in plan_import.reading["tasks"] if row["number"] == number), None)
    if row is None or plan_import.source:
        raise Http404
    units = list(Department.objects.valid_on(today()).exclude(kind=Department.Kind.GOVERNMENT))
    correction = TaskCorrection(row, units, request.POST or None)
    if request.method == "POST" and correction.is_valid():
        return _correct(request, pk, correction.apply_to)
    context = {"plan_import": plan_import, "task": row, "correction": correction}
    return render(request, "workflow/imports/task.html", context, status=400 if request.method == "POST" else 200)


@require_POST
@signed_in
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    plan_import = _plan_import(request, pk)
    try:
        source = loader.confirm(plan_import, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
        return _back(pk)
    messages.success(request, _("The plan was imported; its tasks wait to be assigned."))
    return redirect("workflow:source", source.pk)


@require_POST
@signed_in
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a reading away that was not confirmed; the file can be uploaded again."""
    if _plan_import(request, pk).source:
        raise Http404
    try:
        loader.discard(pk)
    except Refused as error:
        messages.error(request, str(error))
        return _back(pk)
    messages.success(request, _("The reading was discarded."))
    return redirect("workflow:plan-import")
