"""The format of an answer, requested by its name: `format=csv`."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView


class FormatView(APIView):
    """`format` names one of the view's renderers; without it `Accept` chooses."""

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        requested = request.query_params.get("format")
        if request.method == "OPTIONS":  # a description of the address is no file
            first = self.get_renderers()[0]
            return first, first.media_type
        if requested is None or force:
            return super().perform_content_negotiation(request, force)
        renderers = {renderer.format: renderer for renderer in self.get_renderers()}
        if requested not in renderers:
            message = f"{requested!r} is no format here. Known: {', '.join(map(str, renderers))}."
            raise ValidationError({"format": [message]}, code="unknown_format")
        return renderers[requested], renderers[requested].media_type
