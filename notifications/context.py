"""For every page: how many messages the signed-in person has not read."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications.services import unread_count


def unread(request: HttpRequest) -> dict[str, object]:
    """`unread_count`; lazy, so that a page part that does not show it costs no query."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"unread_count": 0}
    return {"unread_count": SimpleLazyObject(lambda: unread_count(user))}
