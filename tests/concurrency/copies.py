"""Many items out of a few that walked: SQL copies their rows."""

from django.db import connection, transaction

from workflow.models import WorkItem


def copied(originals: list[WorkItem], total: int) -> None:
    """A load of items like those that walked: rows, departments, history and running clocks, with numbers of their own.

    They come as a replica's rows do, since an item that somebody registers begins as a draft.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
        _copy("workflow_workitem", originals, total, {"number": "t.number || '-' || n", "external_ref": "t.id::text"})
        for table in ("workflow_assignment", "workflow_event", "workflow_timer"):
            _copy_related(table)


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [row.name for row in connection.introspection.get_table_description(cursor, table) if row.name != "id"]


def _copy(table: str, originals: list[WorkItem], total: int, changes: dict[str, str]) -> None:
    columns = _columns(table)
    values = ", ".join(changes.get(name, f"t.{name}") for name in columns)
    each = total // len(originals) - 1
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t, generate_series(1, %s) n "
            "WHERE t.id = ANY(%s)",
            [each, [item.pk for item in originals]],
        )


def _copy_related(table: str) -> None:
    """external_ref of a copy names its original for as long as the copying takes."""
    columns = _columns(table)
    values = ", ".join("copy.id" if name == "item_id" else f"t.{name}" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t "
            "JOIN workflow_workitem copy ON copy.external_ref = t.item_id::text"
        )
