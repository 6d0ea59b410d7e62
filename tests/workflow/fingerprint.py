"""The whole database as one short value: equal means that not one row differs.

But for tables that are not logged: they hold nothing that anybody would miss after a crash.
"""

from collections.abc import Collection

from django.db import connection

KEPT = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relpersistence <> 'u'"
EACH = "SELECT '{0}' AS name, md5(string_agg(t::text, '|' ORDER BY t::text)) AS content FROM \"{0}\" t"
ALL = "SELECT md5(string_agg(name || coalesce(content, ''), '|' ORDER BY name)) FROM ({}) AS every_table"


def fingerprint(without: Collection[str] = ()) -> str:
    """md5 over all rows of all tables but those named."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT)
        kept = {name for (name,) in cursor.fetchall()}
        tables = sorted(kept & set(connection.introspection.table_names(cursor)) - set(without))
        cursor.execute(ALL.format(" UNION ALL ".join(EACH.format(table) for table in tables)))
        return cursor.fetchone()[0]
