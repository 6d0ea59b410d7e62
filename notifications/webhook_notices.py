"""Telling a department that its webhook was disabled: whoever reads it asks those who run the other system."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.hierarchy import holders
from accounts.models import User, today
from accounts.roles import Permission, roles_with
from notifications.models import Endpoint, NoticeClass
from notifications.services import Draft, notify

FRESH = timedelta(days=1)  # the tellers may have been away for so long
RESPONSIBLE = [*roles_with(Permission.HANDLE), *roles_with(Permission.DISPATCH)]


@transaction.atomic
def tell_departments() -> int:
    """Tell of every webhook that was disabled lately, each person once; returns how many messages are new."""
    disabled = Endpoint.objects.filter(is_active=True, disabled_at__gt=Now() - FRESH).select_related("department")
    endpoints = list(disabled.order_by("id"))
    found = holders({endpoint.department_id for endpoint in endpoints}, RESPONSIBLE, today())
    return notify(
        _draft(endpoint, reader)
        for endpoint in endpoints
        for (department, _role), readers in found.items()
        if department == endpoint.department_id
        for reader in readers
    )


def _draft(endpoint: Endpoint, reader: User) -> Draft:
    told = {"name": endpoint.name, "reason": endpoint.disabled_reason, "url": endpoint.url}
    with translation.override(reader.language):
        subject = _("The webhook “%(name)s” was disabled") % told
        body = _(
            "Nothing more is sent to %(url)s (%(reason)s). Nothing is lost: what happens meanwhile waits. Please ask "
            "those who run that system to put it right and to enable the webhook again."
        )
    return Draft(
        recipient_id=reader.pk,
        kind="webhook",
        subject=subject,
        body=body % told,
        url="",
        dedup_key=f"webhook-disabled:{endpoint.pk}:{endpoint.disabled_at.timestamp():.0f}:{reader.pk}",
        notice_class=NoticeClass.MANDATORY.value,
    )
