"""The whole database as one short value: equal means that not one row differs."""

from collections.abc import Collection

from django.db import connection

EACH = "SELECT '{0}' AS name, md5(string_agg(t::text, '|' ORDER BY t::text)) AS content FROM \"{0}\" t"
ALL = "SELECT md5(string_agg(name || coalesce(content, ''), '|' ORDER BY name)) FROM ({}) AS every_table"


def fingerprint(without: Collection[str] = ()) -> str:
    """md5 over all rows of all tables but those named."""
    tables = sorted(set(connection.introspection.table_names()) - set(without))
    with connection.cursor() as cursor:
        cursor.execute(ALL.format(" UNION ALL ".join(EACH.format(table) for table in tables)))
        return cursor.fetchone()[0]
