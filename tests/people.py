"""The city that the tests live in: a few of its departments by short names, and people in every role.

`city.environment` is a department, `city.environment_clerk` a person, each read once for a test. Who is missing is
hired (`hire`), who needs a second role is appointed (`appoint`).
"""

from datetime import date
from functools import cache

from django.contrib.auth.hashers import make_password
from django.utils.functional import cached_property

from accounts.models import Department, Membership, User
from accounts.roles import Role
from workflow import seeding

PASSWORD = "红旗渠-1969-tests"

DEPARTMENTS = {
    "government": "南阳市人民政府",
    "office": "市生态环境保护委员会办公室",
    "environment": "市生态环境局",
    "water": "市水利局",
    "forestry": "市林业局",  # nobody works there: the foreign department
    "tongbai": "桐柏县",
    "xixia": "西峡县",
}

# username → (name, role, short name of the department, language)
PEOPLE = {
    "dispatcher": ("环委办调度员甲", Role.DISPATCHER, "office", "zh-hans"),
    "second_dispatcher": ("环委办调度员乙", Role.DISPATCHER, "office", "en"),
    "verifier": ("环委办验收员甲", Role.VERIFIER, "office", "zh-hans"),
    "second_verifier": ("环委办验收员乙", Role.VERIFIER, "office", "zh-hans"),
    "supervisor": ("环委办负责人甲", Role.SUPERVISOR, "office", "zh-hans"),
    "second_supervisor": ("环委办负责人乙", Role.SUPERVISOR, "office", "zh-hans"),
    "city_leader": ("分管副市长", Role.CITY_LEADER, "government", "zh-hans"),
    "auditor": ("审计员", Role.AUDITOR, "office", "zh-hans"),
    "system_admin": ("系统管理员", Role.SYSTEM_ADMIN, "office", "zh-hans"),
    "security_admin": ("安全保密管理员", Role.SECURITY_ADMIN, "office", "zh-hans"),
    "environment_clerk": ("生态环境局经办人", Role.CLERK, "environment", "zh-hans"),
    "environment_head": ("生态环境局负责人", Role.HEAD, "environment", "zh-hans"),
    "environment_verifier": ("生态环境局验收人", Role.VERIFIER, "environment", "zh-hans"),
    "water_clerk": ("水利局经办人", Role.CLERK, "water", "en"),
    "water_head": ("水利局负责人", Role.HEAD, "water", "zh-hans"),
    "water_verifier": ("水利局验收人", Role.VERIFIER, "water", "zh-hans"),
    "tongbai_clerk": ("桐柏县经办人", Role.CLERK, "tongbai", "zh-hans"),
    "tongbai_head": ("桐柏县负责人", Role.HEAD, "tongbai", "zh-hans"),
    "xixia_clerk": ("西峡县经办人", Role.CLERK, "xixia", "en"),
    "xixia_head": ("西峡县负责人", Role.HEAD, "xixia", "zh-hans"),
}


class City:
    """Departments and people by name."""

    def __getattr__(self, name: str) -> Department | User:
        if name in DEPARTMENTS:
            found = Department.objects.get(name=DEPARTMENTS[name])
        elif name in PEOPLE:
            found = User.objects.get(username=name)
        else:
            raise AttributeError(f"nobody and nothing in the city is called {name}")
        setattr(self, name, found)
        return found

    @cached_property
    def everybody(self) -> list[User]:
        return [getattr(self, name) for name in PEOPLE]


def found_the_city() -> None:
    """Store the seed and the people, unless they are there."""
    if User.objects.filter(username__in=PEOPLE).exists():
        return
    seeding.seed()
    departments = {name: Department.objects.get(name=full) for name, full in DEPARTMENTS.items()}
    users = User.objects.bulk_create(
        _user(username, name, language) for username, (name, _, _, language) in PEOPLE.items()
    )
    Membership.objects.bulk_create(
        Membership(user=user, role=role, department=departments[place])
        for user, (_, role, place, _) in zip(users, PEOPLE.values(), strict=True)
    )


def hire(username: str, role: Role, department: Department, language: str = "zh-hans") -> User:
    """One more person."""
    user = _user(username, username, language)
    user.save()
    return appoint(user, role, department)


def appoint(
    user: User, role: Role, department: Department, valid_from: date | None = None, valid_to: date | None = None
) -> User:
    """A role (more) for this person; returns the person as a new request would read him."""
    Membership.objects.create(user=user, role=role, department=department, valid_from=valid_from, valid_to=valid_to)
    return User.objects.get(pk=user.pk)


def _user(username: str, name: str, language: str) -> User:
    email = f"{username.replace('_', '.')}@city.example"
    return User(username=username, name=name, email=email, language=language, password=_password())


@cache
def _password() -> str:
    """Hashing is slow on purpose, so once is enough."""
    return make_password(PASSWORD)
