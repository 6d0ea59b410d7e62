"""Raising and clearing alarms: from any room, inside or outside a transaction."""

from collections.abc import Collection

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from notifications.models import Alarm


def raise_alarm(key: str, text: str) -> bool:
    """Open an alarm, or count it once more while it is open; returns whether it is new.

    `key` begins with the kind of alarm, then a colon: "vacant:12:department_head". Inside a transaction it stands or
    falls with it. SQL by hand: the ORM knows no conflict on a partial unique index.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {Alarm._meta.db_table} AS alarm (key, kind, text) VALUES (%s, %s, %s)
            ON CONFLICT (key) WHERE cleared_at IS NULL
            DO UPDATE SET count = alarm.count + 1, text = excluded.text, last_raised_at = statement_timestamp()
            RETURNING alarm.count = 1
            """,
            [key, key.partition(":")[0], text],
        )
        (is_new,) = cursor.fetchone()
    return is_new


def clear_alarm(key: str, by: User | None = None) -> bool:
    """What it warned of is over; returns whether it was open. `by`: who says so; None: the house itself."""
    return bool(Alarm.objects.filter(key=key, cleared_at=None).update(cleared_at=Now(), cleared_by=by))


def clear_others(kind: str, still: Collection[str] = ()) -> int:
    """Clear the open alarms of a kind whose keys are not among `still`; returns how many."""
    return Alarm.objects.filter(kind=kind, cleared_at=None).exclude(key__in=still).update(cleared_at=Now())


def open_alarms() -> QuerySet[Alarm]:
    """The latest raised first."""
    return Alarm.objects.filter(cleared_at=None)
