"""The pages without signing in: public notices, and objecting to them. Nothing but the published text is shown."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.contrib import messages
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.throttling import BaseThrottle

from accounts.models import today
from workflow import working_calendar
from workflow.deadlines import WorkingCalendar
from workflow.forms.publicity import PublicObjectionForm
from workflow.models import Publicity
from workflow.models.procedures import DayUnit
from workflow.querysets import public_notices, running, successor_of
from workflow.refusal import Refused
from workflow.services.notice_text import LABELS, counted_days
from workflow.services.objections import object_publicly
from workflow.views.paging import page_of

LARGEST_KEY = 2**63 - 1
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Notice:
    """A notice as it was published; of the item itself nothing is read."""

    row: Publicity
    on: date
    calendar: WorkingCalendar

    @cached_property
    def texts(self) -> dict[str, str]:
        return {field["label"]: field["text"] for field in self.row.notice}

    @property
    def fields(self) -> list[tuple[str, str]]:
        return [(str(LABELS[key]), text) for key, text in self.texts.items()]

    @property
    def number(self) -> str:
        return self.texts["number"]

    @property
    def title(self) -> str:
        """The first line of the problem is the item's title."""
        return self.texts["problem"].partition("\n")[0]

    @property
    def is_running(self) -> bool:
        return self.row.ended_at is None and self.on <= self.row.ends_on

    @property
    def days_left(self) -> str:
        """Today counts, as the last day does."""
        last = self.row.ends_on
        if self.row.unit == DayUnit.WORKING:
            return counted_days(self.calendar.working_days_between(self.on, last), self.row.unit)
        return counted_days((last - self.on).days + 1, self.row.unit)


@never_cache
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Those that run, newest first; on the second tab those that have ended."""
    day, is_past = today(), request.GET.get("past") == "1"
    of_tab = ~running(day) if is_past else running(day)
    words = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    page = page_of(request, _with_words(public_notices(day).filter(of_tab), words))
    calendar = working_calendar.load()
    shown = [Notice(row, day, calendar) for row in page]
    context = {"page": page, "notices": shown, "is_past": is_past, "words": words}
    return render(request, "workflow/public/notices.html", context)


def _with_words(rows: QuerySet[Publicity], words: str) -> QuerySet[Publicity]:
    """Every word stands in the published text; what was masked there cannot be found out by searching."""
    found = rows.annotate(words=Cast("notice", TextField()))
    wanted = Q()
    for word in words.split():
        wanted &= Q(words__icontains=word)
    return found.filter(wanted)


@never_cache
@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice; from one that was taken over by another the way leads there."""
    if pk <= LARGEST_KEY and (successor := successor_of(pk, today())):
        return redirect("workflow:public-notice", successor.pk)
    return _notice_page(request, _notice_or_404(pk), PublicObjectionForm())


@never_cache
@require_http_methods(["GET", "POST"])
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """POST sends an objection; GET (a reloaded page of a failed attempt) leads back to the notice."""
    if request.method == "GET":
        return redirect("workflow:public-notice", pk)
    shown, form = _notice_or_404(pk), PublicObjectionForm(request.POST)
    if form.is_from_a_machine():  # which is thanked as well, so that it learns nothing
        return _thanks(request, pk)
    if not form.is_valid():
        return _notice_page(request, shown, form, status=422)
    try:
        object_publicly(shown.row.item, sender=_sender(request), **form.verb_input())
    except Refused as refused:
        return _refused(request, shown, form, refused)
    return _thanks(request, pk)


def _thanks(request: HttpRequest, pk: int) -> HttpResponse:
    messages.success(request, _("Thank you. Your objection was received; the office will look into it."))
    return redirect("workflow:public-notice", pk)


def _refused(request: HttpRequest, shown: Notice, form: PublicObjectionForm, refused: Refused) -> HttpResponse:
    if refused.refusal.code == "too-many-objections":
        return render(request, "workflow/public/too_many.html", {"notice": shown, "why": refused}, status=429)
    form.add_error(None, str(refused))
    return _notice_page(request, _notice_or_404(shown.row.pk), form, status=409)


def _notice_page(request: HttpRequest, shown: Notice, form: PublicObjectionForm, status: int = 200) -> HttpResponse:
    return render(request, "workflow/public/notice.html", {"notice": shown, "form": form}, status=status)


def _notice_or_404(pk: int) -> Notice:
    day = today()
    row = public_notices(day).select_related("item").filter(pk=pk).first() if pk <= LARGEST_KEY else None
    if row is None:
        raise Http404
    return Notice(row, day, working_calendar.load())


def _sender(request: HttpRequest) -> str:
    """A keyed hash of the address; the address itself is not kept."""
    address = BaseThrottle().get_ident(request) or ""
    return salted_hmac("workflow.objection", address, algorithm="sha256").hexdigest()
