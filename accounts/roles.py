"""Roles and what each may do: one table, in code, so that a review reads it at a glance."""

from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person is in a department, from one date to another."""

    CLERK = "clerk", _("Clerk")
    HEAD = "department_head", _("Department head")
    DISPATCHER = "dispatcher", _("Committee-office dispatcher")
    VERIFIER = "verifier", _("Verifier")
    SUPERVISOR = "supervisor", _("Supervisor")
    CITY_LEADER = "city_leader", _("City leader")
    AUDITOR = "auditor", _("Auditor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")


class Permission(StrEnum):
    """A right that a role carries inside its own department."""

    SEE_DEPARTMENT = "see_department"  # items on which the department has a part
    SEE_OFFICE = "see_office"  # every item that the committee office keeps
    SEE_CITY = "see_city"  # every item of the committee offices under this government
    HANDLE = "handle"  # accept, decline, report, submit
    DISPATCH = "dispatch"  # register, import, assign, decompose, void, reopen, decide objections
    VERIFY = "verify"
    APPROVE = "approve"
    MANAGE_PROCEDURES = "manage_procedures"  # how items are handled: chain, time limits, ladder
    MANAGE_PEOPLE = "manage_people"
    MANAGE_SECURITY = "manage_security"
    OPERATE = "operate"  # deliveries that got stuck, alarms, the state of the house; no business data


# The three administrators (三员) see no business data; nobody both verifies and approves by role.
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset({Permission.SEE_DEPARTMENT, Permission.HANDLE}),
    Role.HEAD: frozenset({Permission.SEE_DEPARTMENT, Permission.HANDLE}),
    Role.DISPATCHER: frozenset(
        {Permission.SEE_DEPARTMENT, Permission.SEE_OFFICE, Permission.DISPATCH, Permission.MANAGE_PROCEDURES}
    ),
    Role.VERIFIER: frozenset({Permission.SEE_DEPARTMENT, Permission.VERIFY}),
    Role.SUPERVISOR: frozenset(
        {Permission.SEE_DEPARTMENT, Permission.SEE_OFFICE, Permission.APPROVE, Permission.MANAGE_PROCEDURES}
    ),
    Role.CITY_LEADER: frozenset({Permission.SEE_CITY}),
    Role.AUDITOR: frozenset({Permission.SEE_OFFICE}),
    Role.SYSTEM_ADMIN: frozenset({Permission.MANAGE_PEOPLE, Permission.OPERATE}),
    Role.SECURITY_ADMIN: frozenset({Permission.MANAGE_SECURITY}),
}


def roles_with(permission: Permission) -> list[Role]:
    """The roles that carry a permission, in the order of the table."""
    return [role for role, carried in PERMISSIONS.items() if permission in carried]
