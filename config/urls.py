"""Routes: pages, API, machines' tokens, health, metrics."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config import health, metrics
from workflow.api.views import NoSuchAddress

handler400 = "workflow.api.errors.bad_request"
handler404 = "workflow.api.errors.not_found"
handler500 = "workflow.api.errors.server_error"
urlpatterns = [
    path("", include("workflow.urls")),
    path("", include("accounts.urls")),
    path("notifications/", include("notifications.urls")),
    path("api/v1/", include("workflow.api.urls")),
    path("oauth/token/", include("workflow.api.token_urls")),
    re_path("^oauth/", NoSuchAddress.as_view()),  # else what is sent to it without its slash would be led away
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url="/static/workflow/mark.svg")),  # pages of libraries ask for it
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
]
