"""Telling those who operate the house of the alarms it raised."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.hierarchy import holders_anywhere
from accounts.models import User, today
from accounts.roles import Permission
from notifications.alarms import open_alarms
from notifications.models import Alarm, NoticeClass
from notifications.services import Draft, notify

TOLD_AT_ONCE = 50  # alarms; a storm of them is told in several runs


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
