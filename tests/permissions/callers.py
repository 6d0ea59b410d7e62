"""Everybody who calls in the matrix, by the names that the table has for them."""

from __future__ import annotations

from datetime import timedelta

from oauth2_provider.models import Application

from accounts.roles import Role
from tests.api.callers import Caller, Machine, machine, person, token_of
from tests.people import hire
from tests.permissions.ground import Ground
from tests.permissions.matrix import ONLY, SCOPES


def callers(ground: Ground) -> dict[str, Caller]:
    city = ground.city
    people = {
        "clerk": city.environment_clerk,
        "head": city.environment_head,
        "verifier": city.environment_verifier,
        "office_verifier": city.verifier,
        "foreign_clerk": ground.stranger,
        "elsewhere_dispatcher": ground.dispatcher_elsewhere,
    }
    same = "supervisor dispatcher city_leader auditor system_admin security_admin"
    people |= {name: getattr(city, name) for name in same.split()}
    machines = {
        "machine": machine(city.environment, scopes=SCOPES),
        "foreign_machine": machine(city.forestry, scopes=SCOPES),
        "office_machine": machine(city.office, [Role.DISPATCHER], SCOPES),
        "elsewhere_machine": machine(ground.office_elsewhere, [Role.DISPATCHER], SCOPES),
        **{name: machine(city.environment, scopes=[scope]) for name, scope in ONLY.items()},
    }
    return {name: person(user) for name, user in people.items()} | machines | _nobodies(ground)


def _nobodies(ground: Ground) -> dict[str, Caller]:
    bureau = ground.city.environment
    disabled = person(hire("left_the_bureau", Role.CLERK, bureau))
    switched_off, expired = machine(bureau, scopes=SCOPES), machine(bureau, scopes=SCOPES)
    for caller in (disabled, switched_off):
        caller.user.is_active = False
        caller.user.save()
    late = token_of(Application.objects.get(user=expired.user), SCOPES, lives=-timedelta(seconds=1))
    return {
        "anonymous": Caller(disabled.user),
        "disabled": disabled,
        "switched_off": switched_off,
        "expired": Machine(expired.user, Authorization=f"Bearer {late}"),
    }
