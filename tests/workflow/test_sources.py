"""Opening a source by hand."""

import pytest

from tests.people import City
from tests.workflow.asking import refusal_of
from workflow.models import Procedure, Source
from workflow.services.sources import USUAL_PROCEDURE, create_source


def opened(city: City, **given: object) -> Source:
    return create_source(city.office, **{"by": city.dispatcher, "kind": "petition", "title": "第三批信访件", **given})


@pytest.mark.parametrize(("kind", "code"), USUAL_PROCEDURE.items())
def test_a_source_takes_the_usual_procedure_of_its_kind(city, kind, code):
    assert opened(city, kind=kind).procedure.code == code


def test_another_procedure_may_be_named(city):
    campaign = Procedure.objects.get(code="campaign")
    assert opened(city, procedure=campaign).procedure == campaign


@pytest.mark.parametrize("name", ["environment_clerk", "verifier", "supervisor", "auditor", "system_admin"])
def test_nobody_but_a_dispatcher_opens_a_source(city, name):
    assert refusal_of(opened, city, by=getattr(city, name)).code == "not-the-office"


def test_a_dispatcher_of_one_office_opens_none_for_another(city):
    given = {"by": city.dispatcher, "kind": "own", "title": "巡查"}
    assert refusal_of(create_source, city.government, **given).code == "not-the-office"


@pytest.mark.parametrize("kind", ["", "plan", "unheard"])
def test_plans_and_unknown_kinds_are_not_opened_by_hand(city, kind):
    assert list(refusal_of(opened, city, kind=kind).errors) == ["kind"]


def test_a_source_needs_a_title(city):
    assert list(refusal_of(opened, city, title=" ").errors) == ["title"]


def test_the_same_document_number_is_refused_with_the_field_named(city):
    opened(city, document_number="宛环委办〔2025〕7号")
    assert list(refusal_of(opened, city, document_number=" 宛环委办〔2025〕7号 ").errors) == ["document_number"]


def test_sources_without_a_document_number_are_as_many_as_one_likes(city):
    assert opened(city).pk != opened(city).pk
