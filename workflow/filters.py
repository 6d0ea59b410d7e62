"""One set of filters for the list page and the API: the same names, the same meaning."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from accounts.models import Department, Region, today
from workflow import querysets
from workflow.lifecycle import DepartmentRole, State
from workflow.models import Assignment, Source, WorkItem

# Parameter → label. Every one but `due_on` is never null; items without a deadline come last both ways.
ORDERINGS = {
    "created_at": _("Registered"),
    "updated_at": _("Last change"),
    "due_on": _("Deadline"),
    "number": _("Number"),
}
DEFAULT_ORDERING = "-created_at"


def by_ordering(ordering: str) -> list:
    """The ORDER BY of a value of `ordering`; the id makes it total, so that pages neither repeat nor skip."""
    name = ordering.lstrip("-")
    if not ordering.startswith("-"):
        return [name, "id"]
    return [F(name).desc(nulls_last=True) if name == "due_on" else f"-{name}", "-id"]


class NamedField(filters.fields.ModelChoiceField):
    """A row by its id or by one of its names; a select in a page offers the ids."""

    default_error_messages = {
        "ambiguous": _("Several are called so; use the id."),
        "invalid_choice": _("Nothing has this name or id."),
    }

    def __init__(self, *args, names: tuple[str, ...] = ("name",), aliases: str = "", **kwargs) -> None:
        self.names, self.aliases = names, aliases
        super().__init__(*args, **kwargs)

    def to_python(self, value: object) -> object:
        if value in self.empty_values:
            return None
        found = list(self.queryset.filter(self._called(str(value)))[:2])
        if len(found) > 1:
            raise ValidationError(self.error_messages["ambiguous"], code="ambiguous")
        if not found:
            raise ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return found[0]

    def _called(self, value: str) -> Q:
        if "\0" in value:
            return Q(pk__in=[])
        wanted = Q(pk=int(value)) if value.isascii() and value.isdecimal() and len(value) < 19 else Q()
        for name in self.names:
            wanted |= Q(**{name: value})
        return wanted | Q(**{f"{self.aliases}__contains": [value]}) if self.aliases else wanted


class NamedFilter(filters.ModelChoiceFilter):
    """`names` and `aliases` are fields of the row that it may be called by."""

    field_class = NamedField


class ListField(filters.fields.BaseCSVField):
    default_error_messages = {"gap": _("Between commas there stands a value.")}

    def clean(self, value: list[str] | None) -> list[str] | None:
        if value and "" in value:
            raise ValidationError(self.default_error_messages["gap"], code="gap")
        return super().clean(value)


class ListFilter(filters.BaseInFilter, filters.ChoiceFilter):
    """One value of a choice or several, with commas between them."""

    base_field_class = ListField


class NumbersFilter(filters.BaseInFilter, filters.CharFilter):
    """One number or several, with commas between them."""

    base_field_class = ListField


class OrderingFilter(filters.ChoiceFilter):
    """One of ORDERINGS, with a minus for descending."""

    def __init__(self, **kwargs) -> None:
        both = [(sign + name, label) for name, label in ORDERINGS.items() for sign in ("", "-")]
        super().__init__(choices=both, empty_label=None, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        return qs.order_by(*by_ordering(value or DEFAULT_ORDERING))


class DayField(forms.DateField):
    """A day as 2025-12-31, whatever the language of the page."""

    default_error_messages = {"invalid": _("A day such as 2026-03-01, please.")}
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats = ["%Y-%m-%d"]

    def to_python(self, value: object) -> date | None:
        if isinstance(value, str) and not value.isascii():  # strptime reads full-width digits too
            raise ValidationError(self.error_messages["invalid"], "invalid")
        return super().to_python(value)


class DayFilter(filters.DateFilter):
    field_class = DayField


class MomentField(filters.fields.IsoDateTimeField):
    """A moment in a zone that PostgreSQL knows: less than 16 hours from UTC, as all on earth are."""

    default_error_messages = {
        "invalid": _("A moment such as 2026-03-01T08:00:00+08:00, please; in an address its + is written %2B.")
    }

    def to_python(self, value: object) -> datetime | None:
        moment = super().to_python(value)
        if moment and abs(moment.utcoffset() or timedelta()) >= timedelta(hours=16):
            raise ValidationError(self.error_messages["invalid"], "invalid")
        return moment


class MomentFilter(filters.IsoDateTimeFilter):
    field_class = MomentField


class SourceFilter(NamedFilter):
    """A page offers all that somebody sees; for a call that names none nobody asks which those are."""

    def __init__(self, **kwargs) -> None:
        super().__init__(queryset=visible_sources, names=("title", "document_number"), label=_("Source"), **kwargs)

    def get_queryset(self, request: HttpRequest | Request | None) -> QuerySet[Source]:
        if isinstance(request, Request) and "source" not in self.parent.data:
            return Source.objects.none()
        return super().get_queryset(request)


def visible_sources(request: HttpRequest | None) -> QuerySet[Source]:
    return querysets.sources_visible_to(request.user) if request else Source.objects.none()


class ItemFilter(filters.FilterSet):
    """Filters items that the caller has already narrowed with `visible_to`; pass `request` for the sources."""

    q = filters.CharFilter(method="search", label=_("Search"), max_length=200)
    kind = ListFilter(choices=WorkItem.Kind.choices, label=_("Kind"))
    state = ListFilter(choices=State.choices, label=_("State"))
    lead = NamedFilter(queryset=Department.objects.all(), aliases="aliases", label=_("Lead department"))
    department = NamedFilter(
        queryset=Department.objects.all(), aliases="aliases", method="on_the_item", label=_("Department")
    )
    role = ListFilter(choices=DepartmentRole.choices, method="on_the_item", label=_("Role of the department"))
    source = SourceFilter()
    region = NamedFilter(queryset=Region.objects.all(), label=_("Region"))
    overdue = filters.TypedChoiceFilter(
        choices=[("", _("All")), ("true", _("Overdue")), ("false", _("Not overdue"))],
        coerce=lambda value: value == "true",
        method="late",
        label=_("Overdue"),
    )
    due_before = DayFilter(field_name="due_on", lookup_expr="lte", label=_("Due by"))
    due_after = DayFilter(field_name="due_on", lookup_expr="gte", label=_("Due from"))
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte", label=_("Changed since"))
    number = NumbersFilter(label=_("Number"), max_length=24)
    external_ref = filters.CharFilter(label=_("Number at the source"), max_length=80)
    ordering = OrderingFilter(label=_("Order"))

    @property
    def chosen_ordering(self) -> str:
        """The ordering that is in force; call it on a valid filter only."""
        return self.form.cleaned_data.get("ordering") or DEFAULT_ORDERING

    def search(self, items: QuerySet[WorkItem], name: str, words: str) -> QuerySet[WorkItem]:
        fields = ("title", "number", "description", "external_ref")
        return items.filter(Q(*[(f"{field}__icontains", words) for field in fields], _connector=Q.OR))

    def on_the_item(self, items: QuerySet[WorkItem], name: str, value: object) -> QuerySet[WorkItem]:
        """Some department has a part; with both `department` and `role` it is that department in that role."""
        department, roles = self.form.cleaned_data["department"], self.form.cleaned_data["role"]
        if name == "role" and department:
            return items  # done together with the department
        parts = Assignment.objects.filter(item=OuterRef("pk"))
        parts = parts.filter(department=department) if department else parts
        return items.filter(Exists(parts.filter(role__in=roles) if roles else parts))

    def late(self, items: QuerySet[WorkItem], name: str, is_late: bool) -> QuerySet[WorkItem]:
        overdue = querysets.overdue(today())
        return items.filter(overdue) if is_late else items.exclude(overdue)
