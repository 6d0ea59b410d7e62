"""Where machines get their tokens: RFC 6749 client credentials, and nothing else of OAuth."""

from base64 import b64decode
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from oauth2_provider.views import TokenView

from workflow.api import limits


class ClientCredentials(TokenView):
    """Other grants are refused before anything looks at them, and guessing before a secret is hashed, which is slow."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        named = _named(request)
        standing = limits.take(limits.Quota.STRANGER, limits.stranger(request, named[0] if named else ""))
        grant = request.POST.getlist("grant_type")
        if not standing.is_admitted:
            response = _refused("slow_down", "Too many requests.", 429, {"Retry-After": str(standing.wait)})
        elif len(grant) != 1:
            response = _refused("invalid_request", "Give grant_type once, in a form (not in JSON).")
        elif grant != ["client_credentials"]:
            response = _refused("unsupported_grant_type", "Only client_credentials.")
        elif len(named) > 1:  # RFC 6749, 2.3: not by two methods; each would be tried, and only one was counted
            response = _refused("invalid_request", "Name the client once: by HTTP Basic or in the form.")
        else:
            response = super().post(request, *args, **kwargs)
        standing.tell(response)
        return response

    def http_method_not_allowed(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return _refused("invalid_request", "Tokens are asked for with POST.", 405, {"Allow": "POST"})


def _refused(error: str, why: str, status: int = 400, headers: dict[str, str] | None = None) -> JsonResponse:
    """`why` is for people who build a client; RFC 6749 (5.2) has it in ASCII."""
    told = {"error": error, "error_description": why}
    return JsonResponse(told, status=status, headers={"Cache-Control": "no-store"} | (headers or {}))


def _named(request: HttpRequest) -> list[str]:
    """The clients that the request says it comes from: one at most, if it is right."""
    scheme, _space, coded = request.headers.get("Authorization", "").partition(" ")
    found = request.POST.getlist("client_id")
    if scheme.lower() == "basic":
        with suppress(ValueError):
            found = [b64decode(coded).decode().partition(":")[0], *found]
    return found


urlpatterns = [path("", ClientCredentials.as_view(), name="token")]
