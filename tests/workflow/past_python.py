"""Writing into the tables with plain SQL, past all Python: what PostgreSQL itself answers."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction


def sql(statement: str, *values: Any) -> int:
    """Run it in a savepoint; the rows it touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def would_pass(statement: str, *values: Any) -> bool:
    """Run it and take it back: did it touch a row?"""
    with transaction.atomic():
        touched = sql(statement, *values)
        transaction.set_rollback(True)
    return touched > 0


def refused(name: str, statement: str, *values: Any) -> None:
    """PostgreSQL itself says no, and names why."""
    with pytest.raises(IntegrityError, match=name):
        sql(statement, *values)


def copy(table: str, pk: int, **changes: Any) -> tuple[str, list[Any]]:
    """An INSERT of the same row again, with these columns changed."""
    with connection.cursor() as cursor:
        columns = [row.name for row in connection.introspection.get_table_description(cursor, table)]
    columns.remove("id")
    chosen = ", ".join("%s" if name in changes else name for name in columns)
    values = [changes[name] for name in columns if name in changes]
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} WHERE id = %s", [*values, pk]


def copy_refused(name: str, table: str, pk: int, **changes: Any) -> None:
    """The same row again, with these columns changed, is refused."""
    statement, values = copy(table, pk, **changes)
    refused(name, statement, *values)
