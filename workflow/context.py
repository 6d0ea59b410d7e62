"""What the frame of every page shows."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.roles import Permission
from workflow.querysets import awaiting


def navigation(request: HttpRequest) -> dict[str, object]:
    """The number of items that wait for the person, and what his menu offers."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/api/"):
        return {}
    return {
        "inbox_count": SimpleLazyObject(awaiting(user).count),  # parts of pages do not show it
        "may_dispatch": user.may(Permission.DISPATCH),
        "may_manage_people": user.may(Permission.MANAGE_PEOPLE),
    }
