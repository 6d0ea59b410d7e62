"""Demo people and machine clients; their passwords and secrets are generated and written to one private file."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.clients import register_client
from accounts.models import Department, Membership, User
from accounts.roles import Role

PASSWORD_BYTES = 9  # twelve characters to type

Cast = dict[str, Any]  # fixtures/demo-people.json


def create_people(cast: Cast) -> list[dict[str, Any]]:
    """Users with their memberships; returns what demo-accounts.json says of them."""
    departments = {unit.name: unit for unit in Department.objects.all()}
    return [_create(person, departments[person["department"]]) for person in _people(cast)]


def _people(cast: Cast) -> Iterator[dict[str, Any]]:
    yield from cast["office"]
    for prefix, department in cast["departments"].items():
        for post in cast["posts"]:
            yield {
                "username": f"{prefix}-{post['suffix']}",
                "name": f"{department}{post['name']}",
                "department": department,
                "roles": post["roles"],
            }


def _create(person: dict[str, Any], department: Department) -> dict[str, Any]:
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    user = User.objects.create(username=person["username"], name=person["name"], password=make_password(password))
    Membership.objects.bulk_create(
        Membership(user=user, department=department, role=Role(role)) for role in person["roles"]
    )
    return {"username": user.username, "password": password} | {
        key: person[key] for key in ("department", "roles", "name")
    }


def give_addresses() -> None:
    """From now on the demo's people get mail; their past is not mailed again."""
    for user in User.objects.filter(email="", is_machine=False):
        user.email = f"{user.username}@bihuan.example"
        user.save(update_fields=["email"])


def register_clients(cast: Cast) -> list[dict[str, Any]]:
    """Machine clients; returns what demo-accounts.json says of them."""
    rows = []
    for client in cast["clients"]:
        department = Department.objects.get(name=client["department"])
        client_id, secret = register_client(
            client["name"], department, [Role(role) for role in client["roles"]], client["scopes"]
        )
        rows.append(
            {
                "client_id": client_id,
                "client_secret": secret,
                "department": department.name,
                "scopes": client["scopes"],
            }
        )
    return rows


def write_accounts(path: Path, users: list[dict[str, Any]], clients: list[dict[str, Any]]) -> None:
    """The one place where the demo's passwords are kept; readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump({"users": users, "api_clients": clients}, file, ensure_ascii=False, indent=1)
    partial.replace(path)
