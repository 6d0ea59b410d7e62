"""About a hundred and fifty people over the departments of the seed city, every post filled."""

from accounts.models import Department, Membership, User
from accounts.roles import Role
from tests import people
from tests.people import City

POSTS = {
    Department.Kind.GOVERNMENT: {Role.CITY_LEADER: 2},
    Department.Kind.OFFICE: {Role.DISPATCHER: 3, Role.VERIFIER: 4, Role.SUPERVISOR: 2},
}
OF_A_DEPARTMENT = {Role.CLERK: 2, Role.HEAD: 1, Role.VERIFIER: 1}


def staffed_city() -> City:
    """The city of the tests with more people; who is there already counts."""
    people.found_the_city()
    missing = [post for department in Department.objects.all() for post in _vacancies(department)]
    users = User.objects.bulk_create(_person(number, department) for number, (department, _) in enumerate(missing))
    Membership.objects.bulk_create(
        Membership(user=user, department=department, role=role)
        for user, (department, role) in zip(users, missing, strict=True)
    )
    return City()


def _vacancies(department: Department) -> list[tuple[Department, Role]]:
    there = list(department.memberships.values_list("role", flat=True))
    posts = POSTS.get(Department.Kind(department.kind), OF_A_DEPARTMENT)
    return [(department, role) for role, wanted in posts.items() for _ in range(wanted - there.count(role))]


def _person(number: int, department: Department) -> User:
    username = f"person.{number}"
    return User(username=username, name=f"{department}{number}", email=f"{username}@city.example", password="!")
