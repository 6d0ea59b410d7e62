"""The clients of the API: other systems of departments, their secrets, what was done to them, what guards them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.networks import NetworkField
from accounts.models.people import Department

LONGEST_LIFE = timedelta(days=366)  # of a client, counted from the day on which its end was set


class MachineClient(models.Model):
    """A system that calls the API for a department. Its rights are those of its stand-in user, `application.user`."""

    class State(models.TextChoices):
        IN_USE = "in_use", _("In use")
        EXPIRED = "expired", _("Expired")
        SWITCHED_OFF = "switched_off", _("Switched off")
        REVOKED = "revoked", _("Revoked")

    application = models.OneToOneField("oauth2_provider.Application", models.CASCADE, related_name="machine_client")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name=_("department"))
    scopes = ArrayField(models.CharField(max_length=30), verbose_name=_("scopes"))
    networks = ArrayField(NetworkField(), default=list, verbose_name=_("networks"))  # none: from anywhere
    expires_on = models.DateField(_("expires on"))  # the last day on which it is let in
    expiry_set_on = models.DateField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )  # null: set-up
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True)  # to the minute
    last_used_from = models.GenericIPAddressField(null=True)

    class Meta:
        verbose_name = _("machine client")
        verbose_name_plural = _("machine clients")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__lte=F("expiry_set_on") + LONGEST_LIFE),
                name="accounts_client_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="accounts_client_revoked_by_whom_and_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.application)

    @property
    def name(self) -> str:
        return self.application.name

    @property
    def client_id(self) -> str:
        return self.application.client_id

    def state_at(self, moment: datetime) -> State:
        """Is it let in at this moment (aware)? Its last day is one of Asia/Shanghai."""
        if self.revoked_at is not None:
            return self.State.REVOKED
        if timezone.localdate(moment) > self.expires_on:
            return self.State.EXPIRED
        user = self.application.user
        return self.State.IN_USE if user and user.is_active and user.is_machine else self.State.SWITCHED_OFF


class ClientSecret(models.Model):
    """What a client proves itself by. Two of a kind at most: the present one, and the one before until it ends."""

    class Kind(models.TextChoices):
        SECRET = "secret", _("Client secret")  # for tokens; kept as a hash
        KEY = "key", _("Signing key")  # for signed requests; must be read again, so kept encrypted

    client = models.ForeignKey(MachineClient, models.CASCADE, related_name="secrets")
    kind = models.CharField(max_length=6, choices=Kind)
    slot = models.PositiveSmallIntegerField()
    stored = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    ends_at = models.DateTimeField(null=True)  # null: until another takes its place
    last_used_at = models.DateTimeField(null=True)  # to the minute

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(slot__in=[1, 2]), name="accounts_secret_has_one_of_two_slots"),
            models.UniqueConstraint(fields=["client", "kind", "slot"], name="accounts_secret_two_at_most"),
            models.UniqueConstraint(
                fields=["client", "kind"], condition=Q(ends_at__isnull=True), name="accounts_secret_one_without_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} · {self.get_kind_display()} {self.slot}"  # never what is stored


class ClientEvent(models.Model):
    """What was done to a client, by whom, when. UPDATE and DELETE are refused by the database."""

    class Action(models.TextChoices):
        REGISTER = "register", _("Registered")
        CHANGE = "change", _("Changed")
        ISSUE = "issue", _("Made")  # a secret or a signing key
        WITHDRAW = "withdraw", _("Withdrawn")
        REVOKE = "revoke", _("Revoked")

    client = models.ForeignKey(MachineClient, models.PROTECT, related_name="events")
    action = models.CharField(max_length=10, choices=Action)
    kind = models.CharField(max_length=6, choices=ClientSecret.Kind, blank=True)  # of the secret concerned
    data = models.JSONField(default=dict)  # of a change {field: [before, after]}, else what describes it
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")  # null: set-up
    at = models.DateTimeField(db_default=Func(function="clock_timestamp"))

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.client} · {self.get_action_display()}"


class UsedNonce(models.Model):
    """A nonce counts once for a client; kept until its request could not be accepted any more."""

    client = models.ForeignKey(MachineClient, models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "nonce"], name="accounts_nonce_counts_once")]
        indexes = [models.Index(fields=["expires_at"], name="accounts_nonce_expiry")]

    def __str__(self) -> str:
        return self.nonce


class FailedAttempts(models.Model):
    """How often a wrong secret was tried for a client id (which need not exist) from one place."""

    client_hash = models.CharField(max_length=64)  # SHA-256 of what was given as the client id
    source = NetworkField()  # one IPv4 address, or the /64 of an IPv6 one
    count = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client_hash", "source"], name="accounts_attempts_one_count")]
        indexes = [models.Index(fields=["since"], name="accounts_attempts_since")]

    def __str__(self) -> str:
        return f"{self.source}: {self.count}"
