"""What the frame of every page shows."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.roles import Permission
from workflow.querysets import awaiting, extensions_to_decide, papers_to_answer, papers_to_sign, to_acknowledge


def navigation(request: HttpRequest) -> dict[str, object]:
    """The number of items that wait for the person, and what his menu offers."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or request.path.startswith("/api/"):
        return {}
    return {
        "inbox_count": SimpleLazyObject(lambda: _waiting(user)),  # parts of pages do not show it
        "may_see_items": user.sees_items,
        "may_dispatch": user.may(Permission.DISPATCH),
        "may_manage_people": user.may(Permission.MANAGE_PEOPLE),
        "may_operate": user.may(Permission.OPERATE),
        "may_manage_security": user.may(Permission.MANAGE_SECURITY),
    }


def _waiting(user: User) -> int:
    """As many as the inbox shows."""
    others = to_acknowledge(user).count() + papers_to_answer(user).count() if user.may(Permission.HANDLE) else 0
    others += papers_to_sign(user).count() if user.may(Permission.APPROVE) else 0
    if user.may(Permission.DISPATCH) or user.may(Permission.APPROVE):
        others += extensions_to_decide(user).count()
    return awaiting(user).count() + others
