"""Raising and clearing alarms: from any room, inside or outside a transaction; telling those who operate the house."""

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.hierarchy import holders_anywhere
from accounts.models import User, today
from accounts.roles import Permission
from notifications.models import Alarm, NoticeClass
from notifications.services import Draft, notify

TOLD_AT_ONCE = 50  # alarms; a storm of them is told in several runs


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


@transaction.atomic
def tell_operators(url: str) -> int:
    """Tell everybody who operates the house of the alarms that nobody was told of yet, each once; returns how many.

    While nobody holds that office the alarms stay untold, and wait. `url`: the page that shows them.
    """
    operators = holders_anywhere(Permission.OPERATE, today())
    if not operators:
        return 0
    untold = open_alarms().filter(told_at=None).order_by("id").select_for_update(skip_locked=True)
    alarms = list(untold[:TOLD_AT_ONCE])
    notify(_draft(alarm, reader, url) for alarm in alarms for reader in operators)
    Alarm.objects.filter(pk__in=[alarm.pk for alarm in alarms]).update(told_at=Now())
    return len(alarms)


def _draft(alarm: Alarm, reader: User, url: str) -> Draft:
    with translation.override(reader.language):
        subject = _("Alarm: %(text)s") % {"text": alarm.text}
        body = _("The system found something wrong with itself that a person should look at.")
    return Draft(
        recipient_id=reader.pk,
        kind="alarm",
        subject=subject,
        body=f"{alarm.text}\n\n{body}",
        url=url,
        dedup_key=f"alarm:{alarm.pk}:{reader.pk}",
        occasion=f"alarms:{today().isoformat()}",
        notice_class=NoticeClass.MANDATORY.value,
    )
