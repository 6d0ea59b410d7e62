"""How a person is told by class and channel: the defaults, what may be chosen, and the wishes that were stored."""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import PERSONAL, Channel, Mode, NoticeClass, Preference

# What holds without a wish. A text message is for what is mandatory and urgent, unless somebody wants more.
DEFAULTS: dict[tuple[Channel, NoticeClass], Mode] = {
    (Channel.EMAIL, NoticeClass.MANDATORY): Mode.IMMEDIATE,
    (Channel.EMAIL, NoticeClass.DIGESTIBLE): Mode.IMMEDIATE,
    (Channel.EMAIL, NoticeClass.OPTIONAL): Mode.DAILY,
    (Channel.SMS, NoticeClass.MANDATORY): Mode.OFF,
    (Channel.SMS, NoticeClass.DIGESTIBLE): Mode.OFF,
    (Channel.SMS, NoticeClass.OPTIONAL): Mode.OFF,
}
Wishes = Mapping[tuple[Channel, NoticeClass], Mode]


def wishes_of(user: User) -> dict[tuple[Channel, NoticeClass], Mode]:
    """Every class and channel, as the person wants it or as it is by default."""
    stored = Preference.objects.filter(user=user).values_list("channel", "notice_class", "mode")
    return DEFAULTS | {(Channel(channel), NoticeClass(kind)): Mode(mode) for channel, kind, mode in stored}


def modes_for(channel: Channel, notice_class: NoticeClass) -> list[Mode]:
    """What a person may choose. E-mail cannot be switched off for what he must learn of."""
    may_mute = channel != Channel.EMAIL or notice_class == NoticeClass.OPTIONAL
    return [mode for mode in Mode if mode != Mode.OFF or may_mute]


def save_wishes(user: User, wishes: Wishes) -> None:
    """Store the wishes. Raises ValidationError for a wish that is not offered."""
    for (channel, notice_class), mode in wishes.items():
        if channel not in PERSONAL or mode not in modes_for(channel, notice_class):
            raise ValidationError(
                _("Notices of the class “%(name)s” cannot be switched off on this channel.")
                % {"name": notice_class.label},
                code="cannot-be-muted",
            )
    rows = [
        Preference(user=user, channel=channel, notice_class=notice_class, mode=mode)
        for (channel, notice_class), mode in wishes.items()
    ]
    with transaction.atomic():
        Preference.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["user", "channel", "notice_class"],
            update_fields=["mode"],
        )
