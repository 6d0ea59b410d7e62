"""Allowing and withdrawing targets of webhooks, by the security administrator; the rows are the record."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.addresses import Network
from notifications.models import AllowedTarget, Channel, Endpoint


def allow(
    host: str, port: int, *, by: User, note: str, networks: Iterable[Network] = (), allows_http: bool = False
) -> AllowedTarget:
    """Webhooks may be sent there from now on. Raises ValidationError if the pair is allowed already."""
    places = [str(network) for network in networks]
    try:
        with transaction.atomic():
            return AllowedTarget.objects.create(
                host=host, port=port, networks=places, allows_http=allows_http, note=note, created_by=by
            )
    except IntegrityError as error:
        sentence = _("This host and port are allowed already; withdraw them to say it otherwise.")
        raise ValidationError({"host": sentence}) from error


def withdraw(target: AllowedTarget, *, by: User) -> bool:
    """Nothing is sent there any more from the next attempt on; False: somebody has withdrawn it already."""
    standing = AllowedTarget.objects.filter(pk=target.pk, withdrawn_at=None)
    return bool(standing.update(withdrawn_at=Now(), withdrawn_by=by))


def targets() -> QuerySet[AllowedTarget]:
    """Those that are allowed now."""
    return AllowedTarget.objects.filter(withdrawn_at=None).select_related("created_by")


def withdrawn_targets() -> QuerySet[AllowedTarget]:
    """The latest first."""
    past = AllowedTarget.objects.filter(withdrawn_at__isnull=False)
    return past.select_related("created_by", "withdrawn_by").order_by("-withdrawn_at")


def webhooks_in_use() -> QuerySet[Endpoint]:
    """Whose system is told what, where."""
    rows = Endpoint.objects.filter(channel=Channel.WEBHOOK, is_active=True)
    return rows.select_related("owner", "department").order_by("department", "id")
