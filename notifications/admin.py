"""Group robots in Django's admin, for the system administrator only; webhooks are set up by API clients themselves."""

from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.admin import KeptByAdministrator
from notifications.models import ROBOTS, Endpoint
from notifications.services import Draft, notify


class EndpointForm(forms.ModelForm):
    """The secret is written and never shown; left empty it stays as it is."""

    channel = forms.ChoiceField(
        label=lazy("channel of notices"), choices=[(channel.value, channel.label) for channel in ROBOTS]
    )
    secret = forms.CharField(
        label=lazy("signing secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=lazy("It is not shown again; left empty it stays as it is."),
    )

    class Meta:
        model = Endpoint
        fields = ["department", "channel", "name", "url", "secret", "is_active"]

    def clean_secret(self) -> str:
        return self.cleaned_data["secret"] or self.instance.secret


@admin.register(Endpoint)
class EndpointAdmin(KeptByAdministrator, admin.ModelAdmin):
    form = EndpointForm
    list_display = ["name", "department", "channel", "is_active"]
    list_filter = ["channel", "is_active"]
    list_select_related = ["department"]
    search_fields = ["name", "department__name"]
    autocomplete_fields = ["department"]
    actions = ["send_a_test"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        return super().get_queryset(request).filter(channel__in=ROBOTS)

    @admin.action(description=lazy("Send a test message"))
    def send_a_test(self, request: HttpRequest, chosen: QuerySet[Endpoint]) -> None:
        """Through the outbox as everything else, so that the limits hold for it too."""
        with translation.override(settings.LANGUAGE_CODE):
            drafts = [_test(endpoint) for endpoint in chosen.filter(is_active=True)]
        with transaction.atomic():
            n = notify(drafts)
        self.message_user(
            request,
            _("Test messages on their way: %(n)s. What becomes of them stands under “Deliveries and alarms”.")
            % {"n": n},
            messages.SUCCESS if n else messages.WARNING,
        )


def _test(endpoint: Endpoint) -> Draft:
    return Draft(
        recipient_id=None,
        endpoint_id=endpoint.pk,
        kind="test",
        subject=_("Test message of Bihuan"),
        body=_("If you read this, notices for %(department)s arrive here.") % {"department": endpoint.department},
        url="",
        dedup_key=f"test:{endpoint.pk}:{uuid4()}",
        is_urgent=True,
    )
