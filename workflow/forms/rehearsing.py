"""The period of a rehearsal: today and the month after it, unless somebody asks for another."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import Day
from workflow.refusal import Refused
from workflow.rehearsal import Period

A_MONTH = timedelta(days=29)  # and the first day


class PeriodForm(forms.Form):
    """First and last day, both included."""

    first = Day(label=_("First day"))
    last = Day(label=_("Last day"))

    def __init__(self, given: Mapping[str, Any], today: date) -> None:
        usual = {"first": today.isoformat(), "last": (today + A_MONTH).isoformat()}
        super().__init__({name: given.get(name, value) for name, value in usual.items()}, auto_id="period_%s")
        self.today = today

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if {"first", "last"} <= given.keys():
            try:
                given["period"] = Period.of(given["first"], given["last"], self.today)
            except Refused as refused:
                for name, sentence in refused.refusal.errors.items():
                    self.add_error(name, str(sentence))
        return given

    @property
    def period(self) -> Period:
        return self.cleaned_data["period"]
