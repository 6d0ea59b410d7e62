"""The public notice and what is held against it."""

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from workflow.forms.fields import ActionForm, one_of, text
from workflow.models import Objection


class ObjectForm(ActionForm):
    text = text(_("Who objects, and to what"))


class ResolveObjectionForm(ActionForm):
    objection = one_of(_("Objection"), (), coerce=int)
    upheld = one_of(
        _("Decision"),
        [("no", _("Not upheld: publicity goes on")), ("yes", _("Upheld: back to rectifying"))],
        coerce=lambda value: value == "yes",
    )
    opinion = text(_("Opinion"))

    def prepare(self) -> None:
        rows: list[Objection] = self.facts.open_objections
        self.fields["objection"].choices = [(row.pk, Truncator(row.text).chars(80)) for row in rows]
        self.fields["objection"].initial = min((row.pk for row in rows), default=None)
