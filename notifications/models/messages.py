"""Messages: one finished text for one reader, a person or a department's endpoint."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from notifications.models.endpoints import Endpoint

# "/items/1/" and "" pass; "//host", "/\host" and anything a browser would strip to become those do not.
SITE_RELATIVE_PATH = r"^(/([^/\\[:cntrl:]][^\\[:cntrl:]]*)?)?$"


DIGEST = "digest"  # the kind of a message that the outbox made of others; in no list of messages


class NoticeClass(models.TextChoices):
    """What a reader may do about notices of a kind."""

    MANDATORY = "mandatory", _("Always sent")
    DIGESTIBLE = "digestible", _("At once or in the daily digest")
    OPTIONAL = "optional", _("May be switched off")


class Message(models.Model):
    """One finished text for one reader, in that reader's language. Never changes; reading it only sets `read_at`."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="messages", db_index=False
    )
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, related_name="messages", db_index=False)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    url = models.CharField(max_length=500, blank=True)
    dedup_key = models.CharField(max_length=200, unique=True)
    # What the sender of the message knows it by; not interpreted here.
    about = models.CharField(max_length=40, db_default="", blank=True)  # "item:12"
    number = models.CharField(max_length=40, db_default="", blank=True)  # of what it is about; kept in short texts
    occasion = models.CharField(max_length=60, db_default="", blank=True)  # what was told together, "clock:2026-11-25"
    holds_while = models.CharField(max_length=40, db_default="", blank=True)  # not sent once this is over, "timer:7"
    notice_class = models.CharField(max_length=10, choices=NoticeClass, db_default=NoticeClass.DIGESTIBLE)
    is_urgent = models.BooleanField(db_default=False)  # goes out in quiet hours too
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(F("recipient"), F("id").desc(), name="notifications_message_list"),
            models.Index(
                F("recipient"),
                F("id").desc(),
                condition=Q(read_at__isnull=True),
                name="notifications_message_unread",
            ),
            models.Index(fields=["about", "id"], condition=~Q(about=""), name="notifications_message_about"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False, endpoint__isnull=True)
                | Q(recipient__isnull=True, endpoint__isnull=False),
                name="notifications_message_to_a_person_or_an_endpoint",
            ),
            models.CheckConstraint(
                condition=Q(url__regex=SITE_RELATIVE_PATH), name="notifications_message_url_stays_on_site"
            ),
            models.CheckConstraint(
                condition=~Q(subject__regex=r"[[:cntrl:]]"), name="notifications_message_subject_is_one_line"
            ),
            models.CheckConstraint(
                condition=~Q(dedup_key="") & ~Q(kind=""), name="notifications_message_has_kind_and_dedup_key"
            ),
            models.CheckConstraint(
                condition=Q(notice_class__in=NoticeClass.values), name="notifications_message_class_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def kind_label(self) -> str:
        """The kind in the active language, as the room knows it that sent the message."""
        return import_string(settings.NOTIFICATIONS_KIND_LABEL)(self.kind)
