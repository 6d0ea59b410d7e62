"""`manage.py createadmin`: the first system administrator of a fresh installation, who then keeps the people."""

from argparse import ArgumentParser
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError, transaction

from accounts.models import Department, Membership, User
from accounts.roles import Role


class Command(BaseCommand):
    help = "Create a system administrator in the committee office; the password is asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="", help="shown instead of the user name")
        parser.add_argument("--office", default="", help="needed only if there are several committee offices")

    def handle(self, username: str, name: str, office: str, **options: object) -> None:
        offices = Department.objects.filter(kind=Department.Kind.OFFICE)
        found = list(offices.filter(name=office) if office else offices)
        if len(found) != 1:
            raise CommandError("Name the committee office with --office; `manage.py seed` stores the first one.")
        user = User(username=username, name=name or username)
        password = getpass("Password: ")
        if password != getpass("Password (again): "):
            raise CommandError("The two passwords differ; nothing was created.")
        try:
            user.full_clean(exclude=["password", "email"])
            validate_password(password, user)
            self._store(user, password, found[0])
        except (ValidationError, IntegrityError) as error:
            raise CommandError("; ".join(getattr(error, "messages", [str(error)]))) from error
        self.stdout.write(f"{username} may sign in at /admin/.")

    @staticmethod
    @transaction.atomic
    def _store(user: User, password: str, office: Department) -> None:
        user.set_password(password)
        user.save()
        Membership.objects.create(user=user, department=office, role=Role.SYSTEM_ADMIN)
