"""Endpoints: a department's group robot or webhook, told instead of a person."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from notifications.addresses import PUBLIC, check_url
from notifications.models.secrets import EncryptedField
from notifications.models.targets import reach_of

ROBOT_RATE = 18  # messages a minute; the vendors block a robot for minutes above 20


class Channel(models.TextChoices):
    """The ways out of the house; `notifications.channels` holds their transports."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    WECOM = "wecom", _("WeCom robot")
    DINGTALK = "dingtalk", _("DingTalk robot")
    FEISHU = "feishu", _("Feishu robot")
    WEBHOOK = "webhook", _("Webhook")


PERSONAL = (Channel.EMAIL, Channel.SMS)
ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)
OF_ENDPOINTS = (*ROBOTS, Channel.WEBHOOK)


class Endpoint(models.Model):
    """Where a department wants to be told as a whole: its group by a robot, its system by a webhook.

    `tokens` is a robot's bucket: one a message, refilled by the clock; before `refilled_at` nothing goes to any of
    them. A webhook that failed for long is disabled: it keeps its place and its deliveries and is enabled again.
    One that is not active any more has ended for good.
    """

    department = models.ForeignKey(Department, models.PROTECT, related_name="endpoints", verbose_name=_("department"))
    owner = models.ForeignKey(  # of a webhook: the stand-in of the API client that set it up and sees what it is told
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="endpoints", editable=False
    )
    channel = models.CharField(
        _("channel of notices"), max_length=20, choices=[(channel.value, channel.label) for channel in OF_ENDPOINTS]
    )
    name = models.CharField(_("name"), max_length=50)
    url = models.CharField(_("address"), max_length=500)
    event_types = ArrayField(models.CharField(max_length=60), default=list, blank=True, editable=False)  # none: all
    secret = EncryptedField(_("signing secret"), blank=True)
    former_secret = EncryptedField(blank=True, default="", editable=False)
    former_secret_until = models.DateTimeField(null=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    feed_position = models.CharField(max_length=40, db_default="", blank=True, editable=False)  # empty: not begun yet
    tokens = models.FloatField(db_default=float(ROBOT_RATE), editable=False)
    refilled_at = models.DateTimeField(db_default=Now(), editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)  # no success since
    failures = models.PositiveIntegerField(db_default=0, editable=False)  # attempts since
    disabled_at = models.DateTimeField(null=True, editable=False)
    disabled_reason = models.CharField(max_length=500, db_default="", blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("group robot")
        verbose_name_plural = _("group robots")
        ordering = ["department", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "url"], condition=~Q(channel=Channel.WEBHOOK), name="notifications_endpoint_once"
            ),
            models.UniqueConstraint(
                fields=["owner", "url"],
                condition=Q(channel=Channel.WEBHOOK, is_active=True),
                nulls_distinct=False,
                name="notifications_endpoint_once_for_its_owner",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in OF_ENDPOINTS]),
                name="notifications_endpoint_channel_is_known",
            ),
            models.CheckConstraint(condition=Q(url__regex=r"^https?://"), name="notifications_endpoint_url_is_http"),
            models.CheckConstraint(
                condition=Q(tokens__gte=0, tokens__lte=ROBOT_RATE),
                name="notifications_endpoint_bucket_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(owner__isnull=True) & ~Q(channel=Channel.WEBHOOK)
                | Q(channel=Channel.WEBHOOK) & (Q(owner__isnull=False) | Q(is_active=False)),
                name="notifications_endpoint_owned_iff_a_webhook",
            ),
            models.CheckConstraint(
                condition=Q(former_secret="", former_secret_until__isnull=True)
                | ~Q(former_secret="") & Q(former_secret_until__isnull=False),
                name="notifications_endpoint_former_secret_ends",
            ),
            models.CheckConstraint(
                condition=Q(failures=0, failing_since__isnull=True) | Q(failures__gt=0, failing_since__isnull=False),
                name="notifications_endpoint_failures_have_begun",
            ),
            models.CheckConstraint(
                condition=Q(disabled_at__isnull=True, disabled_reason="")
                | Q(disabled_at__isnull=False, channel=Channel.WEBHOOK) & ~Q(disabled_reason=""),
                name="notifications_endpoint_disabled_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.department}"

    def clean(self) -> None:
        """Raises ValidationError for an address to which nothing may be sent."""
        try:
            check_url(self.url, reach_of(self.url) if self.channel == Channel.WEBHOOK else PUBLIC)
        except ValidationError as error:
            raise ValidationError({"url": error}) from error
