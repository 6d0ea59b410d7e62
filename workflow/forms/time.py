"""Changes of time: extensions, suspensions."""

from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, text


class ResumeForm(ActionForm):
    reason = text(_("Reason"), required=False)
