"""The working calendar: the years, one year day by day, a new arrangement with what it would move."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User, today
from accounts.roles import Permission
from workflow.forms.fields import text
from workflow.importing.arrangements import Mistake, Reading, UnfitArrangement, read_arrangement
from workflow.importing.reader import MAX_BYTES, UnreadableDocument
from workflow.models import CalendarDay, CalendarYear
from workflow.querysets import visible_to
from workflow.refusal import Refused
from workflow.services.calendar_coverage import calendar_coverage
from workflow.services.moves import Move, all_moves, calendars_of
from workflow.services.working_years import discard, keep_reading, put_in_force
from workflow.views.access import signed_in
from workflow.views.actions import STATUS

SHOWN = 200  # moved clocks listed one by one


class ArrangementForm(forms.Form):
    """The notice as a file, or pasted."""

    file = forms.FileField(label=gettext_lazy("Notice (.txt, .docx) or table of days (.csv)"), required=False)
    text = text(gettext_lazy("or its text, pasted"), required=False, rows=10)
    document_number = forms.CharField(
        label=gettext_lazy("Number of the notice, if the text does not carry it"), max_length=80, required=False
    )

    def clean_file(self) -> UploadedFile | None:
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1024**2})
        return file

    def clean(self) -> dict[str, object]:
        given = super().clean()
        if not self.errors and bool(given.get("file")) == bool(given.get("text", "").strip()):
            raise forms.ValidationError(_("Either a file or a text, please."))
        return given

    def read(self) -> Reading:
        given = self.cleaned_data
        content = given["file"].read() if given["file"] else given["text"].encode()
        name = given["file"].name if given["file"] else "pasted.txt"
        return read_arrangement(content, name, document_number=given["document_number"])


class ReasonForm(forms.Form):
    reason = text(gettext_lazy("Reason"), rows=2)


def _reader(request: HttpRequest) -> User:
    if request.user.sees_items:
        return request.user
    raise PermissionDenied


def _manager(request: HttpRequest) -> User:
    if request.user.may(Permission.MANAGE_PROCEDURES):
        return request.user
    raise PermissionDenied


@signed_in
@never_cache
@require_safe
def years(request: HttpRequest) -> HttpResponse:
    user = _reader(request)
    may_manage = user.may(Permission.MANAGE_PROCEDURES)
    rows = CalendarYear.objects.filter(superseded_at=None).select_related("confirmed_by", "read_by")
    context = {
        "published": [row for row in rows if row.in_force_at],
        "waiting": [row for row in rows if not row.in_force_at] if may_manage else [],
        "missing": calendar_coverage(today()),
        "may_manage": may_manage,
    }
    return render(request, "workflow/calendar/years.html", context)


@dataclass(frozen=True)
class Month:
    """A month as a sheet: empty places before its first day, then its days."""

    first: date
    lead: range
    days: list[CalendarDay]


@signed_in
@never_cache
@require_safe
def year(request: HttpRequest, number: int) -> HttpResponse:
    """The year in force day by day, and its revisions."""
    _reader(request)
    days = list(CalendarDay.objects.filter(day__year=number)) if 1 <= number <= 9998 else []
    if not days:
        raise Http404
    revisions = CalendarYear.objects.filter(year=number, in_force_at__isnull=False).select_related("confirmed_by")
    context = {
        "number": number,
        "months": _months(days),
        "working": sum(day.is_working for day in days),
        "revisions": revisions,
    }
    return render(request, "workflow/calendar/year.html", context)


def _months(days: list[CalendarDay]) -> list[Month]:
    found = []
    for number in range(1, 13):
        own = [day for day in days if day.day.month == number]
        first = own[0].day
        found.append(Month(first, range(monthrange(first.year, number)[0]), own))
    return found


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    user = _manager(request)
    form = ArrangementForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    mistakes: list[Mistake] = []
    if request.method == "POST" and form.is_valid():
        try:
            reading = form.read()
            row = keep_reading(**_terms(reading), by=user)
            return redirect("workflow:arrangement", row.pk)
        except UnfitArrangement as error:
            mistakes = error.mistakes
        except (UnreadableDocument, Refused) as error:
            form.add_error(None, str(error))
    status = 422 if mistakes or form.errors else 200
    return render(request, "workflow/calendar/upload.html", {"form": form, "mistakes": mistakes}, status=status)


def _terms(reading: Reading) -> dict[str, object]:
    names = ("year", "named", "origin", "title", "document_number")
    return {name: getattr(reading, name) for name in names}


@signed_in
@never_cache
@require_http_methods(["GET", "POST"])
def arrangement(request: HttpRequest, pk: int) -> HttpResponse:
    """What was read and what it would move; posting puts it in force."""
    user = _manager(request)
    row = get_object_or_404(CalendarYear, pk=pk, in_force_at=None)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        try:
            put_in_force(row, by=user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            form.add_error(None, str(refused))
            status = STATUS[refused.refusal.kind]
        else:
            messages.success(request, _("The calendar is in force; running clocks are being moved to it."))
            return redirect("workflow:calendar-year", row.year)
    return render(request, "workflow/calendar/arrangement.html", _preview(user, row) | {"form": form}, status=status)


def _preview(user: User, row: CalendarYear) -> dict[str, object]:
    """Counted over the whole installation; listed only the items that the person may see."""
    calendars = calendars_of(row)
    found = list(all_moves(calendars))
    days = [move for move in found if move.moves_the_day]
    counts = Counter((move.timer.item.procedure.name, move.timer.clock) for move in days)
    return {
        "row": row,
        "named": [(date.fromisoformat(day), is_working, name) for day, is_working, name in row.days],
        "changed": len(calendars.changed_days()),
        "days": len(days),
        "displaced": len(found) - len(days),
        "counts": [(*key, count) for key, count in sorted(counts.items())],
        "listed": _listed(user, days),
        "shown": SHOWN,
    }


def _listed(user: User, days: list[Move]) -> list[Move]:
    visible = set(visible_to(user).filter(pk__in={move.timer.item_id for move in days}).values_list("pk", flat=True))
    return list(islice((move for move in days if move.timer.item_id in visible), SHOWN))


@signed_in
@require_POST
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(CalendarYear, pk=pk)
    try:
        discard(row, by=_manager(request))
        messages.success(request, _("The reading was discarded."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("workflow:calendar")
