"""The list of items with its filters, and the page of one item."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import today
from workflow import working_calendar
from workflow.filters import ItemFilter
from workflow.forms.searching import ItemSearchForm
from workflow.models import WorkItem
from workflow.querysets import sources_visible_to, visible_to
from workflow.views.access import item_or_404, signed_in, wants_a_part
from workflow.views.dossier import item_page
from workflow.views.paging import page_of, query_without


@signed_in
@never_cache
@require_safe
def item_list(request: HttpRequest) -> HttpResponse:
    """The list; for htmx its table alone. The address always says what is shown."""
    form = ItemSearchForm(request.GET, sources=sources_visible_to(request.user))
    context = {
        "form": form,
        "page": page_of(request, _found(request, form)),
        "today": today(),
        "calendar": working_calendar.load(),
        "is_filtered": bool(query_without(request, "page", "ordering")),
    }
    template = "workflow/items_table.html" if wants_a_part(request) else "workflow/items.html"
    response = render(request, template, context)
    if wants_a_part(request):
        response["HX-Push-Url"] = f"{request.path}?{query_without(request)}".rstrip("&?")
    return response


def _found(request: HttpRequest, form: ItemSearchForm) -> QuerySet[WorkItem]:
    """What the filter leaves; nothing while a parameter is wrong, because more would mislead."""
    chosen = ItemFilter(request.GET, queryset=visible_to(request.user), request=request)
    if not (form.is_valid() and chosen.is_valid()):
        return WorkItem.objects.none()
    return chosen.qs.select_related("lead", "turn_department", "source", "parent")


@signed_in
@never_cache
@require_safe
def item(request: HttpRequest, number: str) -> HttpResponse:
    return item_page(request, item_or_404(request.user, number))
