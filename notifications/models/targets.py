"""Allowed targets: the hosts to which webhooks may be sent, kept by the security administrator."""

from __future__ import annotations

from ipaddress import ip_network

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.addresses import OTHER_PROTOCOLS, Reach, is_own, port_of, split

NOWHERE = Reach(refusal="target-not-allowed")
OURS = Reach(refusal="own-host")


class AllowedTarget(models.Model):
    """A host and port that may be called. Never changed: one that is withdrawn stays on record, and another is added.

    `host` is exact or `*.suffix` for whatever lies under it; `networks` are those into which it may resolve, none:
    public addresses only.
    """

    host = models.CharField(_("host"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=443)
    networks = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("networks"))
    allows_http = models.BooleanField(_("also without encryption (http)"), default=False)
    note = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["host", "port", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "port"], condition=Q(withdrawn_at__isnull=True), name="notifications_target_once"
            ),
            models.CheckConstraint(
                condition=Q(host__regex=r"^(\*\.)?[a-z0-9]([a-z0-9.:-]*[a-z0-9])?$"),
                name="notifications_target_names_a_host",
            ),
            models.CheckConstraint(
                condition=(Q(port__in=[80, 443]) | Q(port__gte=1024, port__lte=65535))
                & ~Q(port__in=sorted(OTHER_PROTOCOLS)),
                name="notifications_target_port_is_of_web",
            ),
            models.CheckConstraint(
                condition=Q(allows_http=False) | ~Q(networks=[]), name="notifications_target_http_stays_inside"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="notifications_target_has_its_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="notifications_target_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def covers(self, host: str) -> bool:
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host

    @property
    def reach(self) -> Reach:
        return Reach(
            schemes=("https", "http") if self.allows_http else ("https",),
            ports=(self.port,),
            networks=tuple(map(ip_network, self.networks)),
        )


def reach_of(url: str) -> Reach:
    """How far a webhook to this address may go today: by its exact row, else by that of the longest suffix.

    One query. Raises ValidationError for what is no web address.
    """
    parts = split(url)
    host = str(parts.hostname)
    if is_own(host):
        return OURS
    rows = AllowedTarget.objects.filter(port=port_of(parts), withdrawn_at=None)
    found = [row for row in rows if row.covers(host)]
    return min(found, key=_looseness).reach if found else NOWHERE


def _looseness(row: AllowedTarget) -> tuple[bool, int]:
    return row.host.startswith("*"), -len(row.host)
