"""Where machines get their tokens: RFC 6749 client credentials, and nothing else of OAuth."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from oauth2_provider.views import TokenView


class ClientCredentials(TokenView):
    """Other grants are refused before anything looks at them."""

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        grant = request.POST.getlist("grant_type")
        if grant != ["client_credentials"]:
            error = "unsupported_grant_type" if len(grant) == 1 else "invalid_request"
            return JsonResponse({"error": error}, status=400, headers={"Cache-Control": "no-store"})
        return super().post(request, *args, **kwargs)


urlpatterns = [path("", ClientCredentials.as_view(), name="token")]
