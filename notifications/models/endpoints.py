"""Endpoints: a department's group robot or webhook, told instead of a person."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from notifications.addresses import check_url

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
    """Where a department wants to be told as a whole. `tokens` is its bucket: one a message, refilled by the clock."""

    department = models.ForeignKey(Department, models.PROTECT, related_name="endpoints", verbose_name=_("department"))
    channel = models.CharField(
        _("channel of notices"), max_length=20, choices=[(channel.value, channel.label) for channel in OF_ENDPOINTS]
    )
    name = models.CharField(_("name"), max_length=50)
    url = models.CharField(_("address"), max_length=500)
    secret = models.CharField(_("signing secret"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    tokens = models.FloatField(db_default=float(ROBOT_RATE), editable=False)
    refilled_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("group robot or webhook")
        verbose_name_plural = _("group robots and webhooks")
        ordering = ["department", "id"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "url"], name="notifications_endpoint_once"),
            models.CheckConstraint(
                condition=Q(channel__in=[channel.value for channel in OF_ENDPOINTS]),
                name="notifications_endpoint_channel_is_known",
            ),
            models.CheckConstraint(condition=Q(url__regex=r"^https?://"), name="notifications_endpoint_url_is_http"),
            models.CheckConstraint(
                condition=Q(tokens__gte=0, tokens__lte=ROBOT_RATE),
                name="notifications_endpoint_bucket_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.department}"

    def clean(self) -> None:
        """Raises ValidationError for an address that leads into our own network."""
        try:
            check_url(self.url)
        except ValidationError as error:
            raise ValidationError({"url": error}) from error
