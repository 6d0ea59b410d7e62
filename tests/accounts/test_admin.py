"""The administration of people: for the system administrator alone, and without a single item."""

import pytest
from django.contrib import admin

from accounts.models import Department, Membership, Region, User
from accounts.roles import Role
from notifications.models import Endpoint
from tests.people import PEOPLE
from tests.walking import walk
from workflow.lifecycle import State

PAGES = ["/admin/", "/admin/accounts/user/", "/admin/accounts/department/", "/admin/accounts/region/"]
OURS = {User, Department, Region, Endpoint}
OTHERS = [name for name in PEOPLE if name != "system_admin"]


@pytest.mark.parametrize("page", PAGES)
def test_the_system_administrator_keeps_people(city, signed_in, page):
    assert signed_in(city.system_admin).get(page).status_code == 200


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_does(city, signed_in, name):
    client = signed_in(getattr(city, name))
    assert {client.get(page).status_code for page in PAGES} <= {302, 403}


def test_djangos_own_superuser_switch_opens_nothing(city, signed_in):
    User.objects.filter(username="dispatcher").update(is_superuser=True, is_staff=True)
    assert signed_in(city.dispatcher).get("/admin/").status_code in (302, 403)


def test_of_ours_only_people_departments_and_their_robots_are_registered():
    ours = {"accounts", "workflow", "notifications"}
    registered = {model for model in admin.site._registry if model._meta.app_label in ours}
    assert registered == OURS


def test_the_front_page_offers_nothing_but_people_departments_and_their_robots(city, signed_in):
    offered = signed_in(city.system_admin).get("/admin/").context["app_list"]
    assert [app["app_label"] for app in offered] == ["accounts", "notifications"]


@pytest.mark.parametrize("model", [model for model in admin.site._registry if model not in OURS])
def test_tables_of_libraries_are_closed_to_the_system_administrator(city, signed_in, model):
    path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    assert signed_in(city.system_admin).get(path).status_code == 403


@pytest.mark.parametrize("page", ["/", "/items/{number}/"])
def test_the_system_administrator_sees_no_item(city, signed_in, page):
    item = walk(city, State.RECTIFYING)
    answer = signed_in(city.system_admin).get(page.format(number=item.number))
    assert item.title not in answer.content.decode()


def test_machines_are_not_listed_among_people(city, signed_in):
    User.objects.create_user("client-ledger", name="台账对接", is_machine=True)
    assert "client-ledger" not in signed_in(city.system_admin).get("/admin/accounts/user/").content.decode()


@pytest.mark.parametrize("kind", ["user", "department", "region"])
def test_nothing_is_deleted(city, signed_in, kind):
    pk = {"user": city.dispatcher, "department": city.water, "region": city.water.region}[kind].pk
    answer = signed_in(city.system_admin).post(f"/admin/accounts/{kind}/{pk}/delete/", {"post": "yes"})
    assert answer.status_code == 403


def test_a_new_person_gets_a_role_and_may_work(city, signed_in):
    form = {
        "username": "newcomer",
        "name": "新来",
        "email": "new@city.example",
        "usable_password": "true",
        "password1": "白河-两岸-2026",
        "password2": "白河-两岸-2026",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-department": str(city.water.pk),
        "memberships-0-role": Role.CLERK,
    }
    signed_in(city.system_admin).post("/admin/accounts/user/add/", form)
    assert Membership.objects.filter(user__username="newcomer", role=Role.CLERK, department=city.water).exists()


def test_the_form_of_a_person_offers_no_switch_past_the_roles(city, signed_in):
    page = signed_in(city.system_admin).get(f"/admin/accounts/user/{city.dispatcher.pk}/change/").content.decode()
    for switch in ("is_superuser", "is_staff", "user_permissions", "groups", "is_machine"):
        assert f'name="{switch}"' not in page


def test_nobody_gives_himself_a_role(city, signed_in):
    own = city.system_admin
    form = {
        "username": own.username,
        "name": own.name,
        "email": own.email,
        "language": "zh-hans",
        "is_active": "on",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 0,
        "memberships-0-department": city.office.pk,
        "memberships-0-role": "supervisor",
    }
    signed_in(own).post(f"/admin/accounts/user/{own.pk}/change/", form)
    assert list(own.memberships.values_list("role", flat=True)) == ["system_admin"]
