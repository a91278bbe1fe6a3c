"""Answers compressed for readers who take them so; files while they are sent. Static files are compressed before."""

import re

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# Compressed already: spreadsheets are ZIP files, and letters hold their fonts and texts deflated.
COMPRESSED = ("application/vnd.openxmlformats", "application/pdf", "image/")
GZIP_REFUSED = re.compile(r"\bgzip\s*;\s*q=0(\.0*)?\s*(,|$)")  # RFC 9110, 12.5.3


class Compression(GZipMiddleware):
    """Django's, with its random lengths against guessing a secret beside a text of one's own (BREACH). An ETag
    becomes weak: the same answer has other bytes for other readers.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.get("Content-Type", "").startswith(COMPRESSED):
            return response
        if GZIP_REFUSED.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            return response
        return super().process_response(request, response)
