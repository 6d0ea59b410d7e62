"""Who holds a role in a department on a day."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache

from django.db.models import Q

from accounts.models import Membership, User
from accounts.prepared import Prepared
from accounts.roles import Permission, Role, roles_with


def holders(departments: Collection[int], roles: Collection[Role], on: date) -> dict[tuple[int, Role], list[User]]:
    """Active people by (department id, role) on a day; one query for any number of departments."""
    found: dict[tuple[int, Role], list[User]] = {}
    for row in _posts(tuple(roles), on)(departments):
        found.setdefault((row.department_id, Role(row.role)), []).append(row.user)
    return found


@lru_cache(maxsize=32)
def _posts(roles: tuple[Role, ...], on: date) -> Prepared:
    """Memberships by department."""
    return Prepared(
        lambda: (
            Membership.objects.valid_on(on)
            .filter(role__in=roles, user__is_active=True, user__is_machine=False)
            .filter(Q(department__valid_to__isnull=True) | Q(department__valid_to__gte=on))
            .select_related("user")
            .order_by("user_id")
        ),
        "department_id",
    )


def holders_anywhere(permission: Permission, on: date) -> list[User]:
    """Active people who hold a permission in some department on a day."""
    rows = Membership.objects.valid_on(on).filter(role__in=roles_with(permission))
    there = Q(department__valid_to__isnull=True) | Q(department__valid_to__gte=on)
    people = User.objects.filter(is_active=True, is_machine=False, pk__in=rows.filter(there).values("user"))
    return list(people.order_by("pk"))
