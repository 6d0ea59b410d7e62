"""Networks in PostgreSQL's own type, so that nothing else can stand in the column."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

Network = IPv4Network | IPv6Network


class NetworkField(models.Field):
    """An IPv4 or IPv6 network as `cidr`; in Python one of the classes of `ipaddress`."""

    description = _("network")

    def db_type(self, connection: object) -> str:
        return "cidr"

    def from_db_value(self, value: str | None, *_args: object) -> Network | None:
        return None if value is None else ip_network(value)

    def to_python(self, value: object) -> Network | None:
        try:
            return None if value is None else ip_network(value)
        except ValueError as error:
            raise ValidationError(_("“%(given)s” is not a network."), params={"given": value}) from error

    def get_prep_value(self, value: object) -> str | None:
        return None if value is None else str(value)
