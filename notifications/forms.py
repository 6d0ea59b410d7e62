"""The form of a person's wishes: one choice for each class of notice on each channel that there is."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.models import PERSONAL, Channel, Mode, NoticeClass
from notifications.preferences import modes_for, save_wishes, wishes_of

CANNOT_BE_MUTED = _("Notices of this class cannot be switched off on this channel; choose “At once” or “Once a day”.")


def channels_in_use() -> list[Channel]:
    """The personal channels there are; without a gateway there are no text messages."""
    return [channel for channel in PERSONAL if channel != Channel.SMS or settings.SMS_URL]


class WishesForm(forms.Form):
    """Fields are called "email-mandatory" and so on."""

    def __init__(self, data: object = None, *, user: User) -> None:
        super().__init__(data)
        self.user, wishes = user, wishes_of(user)
        for channel in channels_in_use():
            for notice_class in NoticeClass:
                modes = modes_for(channel, notice_class)
                self.fields[f"{channel.value}-{notice_class.value}"] = forms.ChoiceField(
                    label=f"{channel.label} · {notice_class.label}",
                    choices=[(mode.value, mode.label) for mode in modes],
                    initial=wishes[channel, notice_class].value,
                    widget=forms.Select(attrs={"class": "form-select"}),
                    error_messages={"invalid_choice": CANNOT_BE_MUTED},
                )

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """By class the choices on each channel."""
        return [
            (notice_class.label, [self[f"{channel.value}-{notice_class.value}"] for channel in channels_in_use()])
            for notice_class in NoticeClass
        ]

    def save(self) -> None:
        chosen = {tuple(name.split("-")): Mode(mode) for name, mode in self.cleaned_data.items()}
        save_wishes(self.user, {(Channel(way), NoticeClass(kind)): mode for (way, kind), mode in chosen.items()})
