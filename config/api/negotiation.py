"""How answers are written."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import NotAcceptable, ValidationError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from config.http.answers import encode

# Newline-delimited JSON. None of its names is registered with IANA, so clients have several.
LINES = "application/x-ndjson"
OTHER_LINES = ["application/ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines"]


class JSONByDefault(DefaultContentNegotiation):
    """Answer in JSON whatever `Accept` says, where nothing of what it names is offered (RFC 9110, 12.4.1).

    A feed written for another host must not be refused for an `Accept` that nobody ever looked at.
    """

    def get_accept_list(self, request: Request) -> list[str]:
        accepted = []
        for media_range in super().get_accept_list(request):
            media_type, *parameters = media_range.split(";")
            is_lines = media_type.strip().lower() in OTHER_LINES
            accepted.append(";".join([LINES, *parameters]) if is_lines else media_range)
        return accepted

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            first = next(iter(renderers))
            return first, first.media_type


class FormatByName(JSONByDefault):
    """`format` names one of the view's renderers; without it `Accept` chooses."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        if request.method == "OPTIONS":  # a description of the address is no file
            first = next(iter(renderers))
            return first, first.media_type
        requested = request.query_params.get("format")
        if requested is None:
            return super().select_renderer(request, renderers, format_suffix)
        known = {renderer.format: renderer for renderer in renderers}
        if requested not in known:
            message = f"{requested!r} is no format here. Known: {', '.join(map(str, known))}."
            raise ValidationError({"format": [message]}, code="unknown_format")
        return known[requested], known[requested].media_type


class ExactJSONRenderer(BaseRenderer):
    """JSON whose Decimals are numbers with every digit they have: no float is made on the way out."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encode(data)
