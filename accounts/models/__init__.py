"""Who there is: regions, departments, people with their memberships, the clients of the API."""

from accounts.models.clients import ClientEvent, ClientSecret, FailedAttempts, MachineClient, UsedNonce
from accounts.models.people import Department, Membership, Region, User, Validity, ValidityQuerySet, refuse_role, today

__all__ = [
    "ClientEvent",
    "ClientSecret",
    "Department",
    "FailedAttempts",
    "MachineClient",
    "Membership",
    "Region",
    "UsedNonce",
    "User",
    "Validity",
    "ValidityQuerySet",
    "refuse_role",
    "today",
]
