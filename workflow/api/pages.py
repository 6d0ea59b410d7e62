"""The description of the API and the page to browse it; both stand open, they hold no data."""

from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request


class Description(SpectacularAPIView):
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer]

    def _get_filename(self, request: Request, version: str | None) -> str:
        """For a header, where only ASCII is sure to arrive: the library's would be the title."""
        return f"bihuan-api-v1.{'yaml' if request.accepted_renderer.format == 'yaml' else 'json'}"


# the page of Swagger UI carries a style element; scripts stay files of ours
@method_decorator(csp_update({"style-src": ["'unsafe-inline'"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    url_name = "api:schema"
