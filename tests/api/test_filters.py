"""The one set of filters: what each keeps, and that a wrong value is named."""

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.test import RequestFactory

from accounts.models import today
from tests import walking
from tests.people import City
from workflow.filters import ItemFilter
from workflow.lifecycle import State
from workflow.models import WorkItem
from workflow.querysets import visible_to


def chosen(city: City, query: str) -> ItemFilter:
    request = RequestFactory().get("/")
    request.user = city.dispatcher
    return ItemFilter(QueryDict(query), queryset=visible_to(city.dispatcher), request=request)


def kept(city: City, query: str) -> list[WorkItem]:
    filters = chosen(city, query)
    assert filters.is_valid(), filters.errors
    return list(filters.qs)


def test_states_are_a_list_with_commas(city: City) -> None:
    draft, assigned = walking.walk(city, State.DRAFT), walking.walk(city, State.ASSIGNED)
    walking.walk(city, State.VOID)
    assert kept(city, "state=draft,assigned&ordering=number") == [draft, assigned]


@pytest.mark.parametrize("called", ["市水利局", "南阳市水利局", "id"])
def test_a_department_is_found_by_name_alias_and_id(city: City, called: str) -> None:
    item = walking.walk(city, State.ASSIGNED, lead=city.water)
    walking.walk(city, State.ASSIGNED)
    value = str(city.water.pk) if called == "id" else called
    assert kept(city, f"lead={value}") == kept(city, f"department={value}") == [item]


def test_role_and_department_speak_of_the_same_part(city: City) -> None:
    leading = walking.walk(city, State.ASSIGNED, lead=city.water)
    joint = walking.walk(city, State.ASSIGNED, departments=[("joint", city.water)])
    assert kept(city, "department=市水利局&role=joint") == [joint]
    assert kept(city, "department=市水利局&role=joint,lead&ordering=number") == [leading, joint]
    assert kept(city, "role=joint") == [joint]


def test_late_and_not_late_are_all(city: City) -> None:
    late = walking.assign(city, walking.register(city), due_on=today())
    WorkItem.objects.filter(pk=late.pk).update(due_on=today() - timedelta(days=1))
    punctual, draft = walking.walk(city, State.RECTIFYING), walking.walk(city, State.DRAFT)
    assert kept(city, "overdue=true") == [late]
    assert set(kept(city, "overdue=false")) == {punctual, draft}


def test_due_dates_are_met_on_the_day_itself(city: City) -> None:
    item = walking.walk(city, State.ASSIGNED)
    assert kept(city, f"due_before={item.due_on}") == kept(city, f"due_after={item.due_on}") == [item]
    assert kept(city, f"due_after={item.due_on + timedelta(days=1)}") == []


@pytest.mark.parametrize("ordering", ["due_on", "-due_on"])
def test_items_without_a_deadline_come_last(city: City, ordering: str) -> None:
    draft, dated = walking.walk(city, State.DRAFT), walking.walk(city, State.ASSIGNED)
    assert kept(city, f"ordering={ordering}") == [dated, draft]


@pytest.mark.parametrize("field", ["title", "number", "description", "external_ref"])
def test_search_looks_into(city: City, field: str) -> None:
    item = walking.register(city, external_ref="D3HA202312150062", title="白河断面超标", description="氨氮")
    walking.register(city)
    assert kept(city, f"q={getattr(item, field)}") == [item]


def test_an_empty_form_filters_nothing(city: City) -> None:
    item = walking.walk(city, State.DRAFT)
    assert kept(city, "q=&state=&lead=&overdue=&due_before=&ordering=") == [item]


@pytest.mark.parametrize(
    "query",
    [
        "state=open",
        "state=draft,open",
        "state=draft,",
        "role=,,",
        "kind=issue",
        "role=boss",
        "lead=市火星局",
        "lead=%00",
        "lead=99999999999999999999",
        "source=9999",
        "overdue=maybe",
        "due_before=31.12.2025",
        "due_after=2025-02-30",
        "updated_since=yesterday",
        "number=" + "9" * 25,
        "q=%00",
        "ordering=turn_department__name",
        "ordering=created_at,number",
    ],
)
def test_a_wrong_value_is_named(city: City, query: str) -> None:
    filters = chosen(city, query)
    assert not filters.is_valid()
    assert list(filters.errors) == [query.split("=")[0]]


def test_a_source_that_is_not_visible_is_not_known(city: City) -> None:
    source = walking.source(city)
    request = RequestFactory().get("/")
    request.user = city.xixia_clerk
    filters = ItemFilter(QueryDict(f"source={source.pk}"), queryset=visible_to(city.xixia_clerk), request=request)
    assert not filters.is_valid()
