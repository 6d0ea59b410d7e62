"""Roles hold from one day to another, in departments that still exist."""

from datetime import timedelta

import pytest

from accounts.hierarchy import holders
from accounts.models import Department, Membership, User, today
from accounts.roles import PERMISSIONS, Permission, Role, roles_with
from tests.people import hire

YESTERDAY, TODAY, TOMORROW = (today() + timedelta(days=n) for n in (-1, 0, 1))


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (YESTERDAY, TOMORROW, True),
        (None, YESTERDAY, False),
        (TOMORROW, None, False),
    ],
)
def test_a_role_holds_on_its_days_both_included(city, first, last, holds):
    Membership.objects.filter(user=city.water_clerk).update(valid_from=first, valid_to=last)
    assert city.water_clerk.may(Permission.HANDLE) is holds


@pytest.mark.parametrize(("last", "holds"), [(TODAY, True), (YESTERDAY, False)])
def test_a_role_ends_with_its_department(city, last, holds):
    Department.objects.filter(pk=city.water.pk).update(valid_to=last)
    assert city.water_clerk.may(Permission.HANDLE) is holds


def test_a_role_in_one_department_is_none_in_another(city):
    assert city.water_clerk.departments_with(Permission.HANDLE) == {city.water.pk}


def test_who_is_switched_off_may_nothing(city):
    city.dispatcher.is_active = False
    assert not any(city.dispatcher.may(permission) for permission in Permission)


def test_djangos_superuser_switch_gives_no_right(city):
    user = User.objects.create(username="root", name="root", is_superuser=True)
    assert not any(user.may(permission) for permission in Permission)


def test_all_rights_of_a_request_cost_one_query(city, django_assert_num_queries):
    person = User.objects.get(username="dispatcher")
    with django_assert_num_queries(1):
        for permission in Permission:
            person.departments_with(permission)


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN])
def test_administrators_hold_no_right_on_business(role):
    assert PERMISSIONS[role] <= {Permission.MANAGE_PEOPLE, Permission.MANAGE_SECURITY, Permission.OPERATE}


def test_an_auditor_only_reads():
    assert PERMISSIONS[Role.AUDITOR] == {Permission.SEE_OFFICE}


def test_no_role_both_verifies_and_approves():
    assert not set(roles_with(Permission.VERIFY)) & set(roles_with(Permission.APPROVE))


def test_every_role_is_in_the_table_and_every_right_in_some_role():
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


# -- who holds what ----------------------------------------------------------------------------------------------------


def test_holders_are_found_by_department_and_role(city):
    found = holders([city.water.pk], [Role.CLERK], TODAY)
    assert found == {(city.water.pk, Role.CLERK): [city.water_clerk]}


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_machine": True}])
def test_neither_machines_nor_those_who_left_are_holders(city, change):
    User.objects.filter(username="water_clerk").update(**change)
    found = holders([city.water.pk], list(Role), TODAY)
    assert city.water_clerk not in [user for people in found.values() for user in people]


def test_holders_of_any_number_of_departments_cost_one_query(city, django_assert_num_queries):
    with django_assert_num_queries(1):
        holders(list(range(1, 40)), list(Role), TODAY)


def test_a_newcomer_works_at_once(city):
    assert hire("newcomer", Role.CLERK, city.forestry).may(Permission.HANDLE)


@pytest.mark.parametrize(
    ("role", "place", "is_taken"),
    [
        (Role.DISPATCHER, "office", True),
        (Role.DISPATCHER, "water", False),
        (Role.CITY_LEADER, "government", True),
        (Role.CITY_LEADER, "environment", False),
        (Role.AUDITOR, "tongbai", False),
        (Role.SUPERVISOR, "water", True),
    ],
)
def test_a_role_is_given_where_it_can_do_something(city, signed_in, role, place, is_taken):
    user = city.water_clerk
    form = {"username": user.username, "name": user.name, "language": "zh-hans", "is_active": "on"}
    form |= {"date_joined_0": "2026-01-01", "date_joined_1": "08:00:00"}
    form |= {"memberships-TOTAL_FORMS": 2, "memberships-INITIAL_FORMS": 1, "memberships-0-user": user.pk}
    held = user.memberships.get()
    form |= {
        "memberships-0-id": held.pk,
        "memberships-0-department": held.department_id,
        "memberships-0-role": held.role,
    }
    form |= {"memberships-1-user": user.pk, "memberships-1-role": role}
    form |= {"memberships-1-department": getattr(city, place).pk}
    page = signed_in(city.system_admin).post(f"/admin/accounts/user/{user.pk}/change/", form)
    assert user.memberships.filter(role=role).exists() is is_taken
    assert is_taken or "无事可办" in page.content.decode()
