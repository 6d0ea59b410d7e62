"""What a person has to write: a text that is missing is refused with the name of its field."""

from django.utils.translation import gettext_lazy as _

from workflow.refusal import Refused, invalid


def require(**texts: str) -> None:
    """Raise Refused (INVALID, code "required") naming every field that is empty."""
    missing = {name: _("This field is required.") for name, text in texts.items() if not (text or "").strip()}
    if missing:
        raise Refused(invalid("required", _("Something that is needed is missing."), **missing))
