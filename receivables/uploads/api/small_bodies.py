"""Bodies that are one small JSON object, as requests about full loads have them."""

from io import BytesIO
from typing import IO, Any

from django.http import UnreadablePostError
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser

from receivables.uploads.messages import printable

MOST_BYTES = 1024 * 1024


class SmallJSONParser(JSONParser):
    """Reads JSON of at most a megabyte; however deep it is, it is no error on our side."""

    def parse(self, stream: IO[bytes], media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            body = stream.read(MOST_BYTES + 1)
        except UnreadablePostError as error:
            raise ParseError("The body broke off. Send the request again.") from error
        if len(body) > MOST_BYTES:
            raise ParseError(f"The body has more than {MOST_BYTES:,} bytes. Send a JSON object with the members alone.")
        try:
            return super().parse(BytesIO(body), media_type, parser_context) if body.strip() else {}
        except RecursionError:
            raise ParseError("The JSON is too deep. Send an object with the members alone.") from None


class MembersSerializer(serializers.Serializer[Any]):
    """The members of a JSON object, which has no others."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := [name for name in data if name not in self.fields]):
            message = f"{printable(unknown[0][:40])!r} is no member here. Known: {', '.join(self.fields)}."
            raise ValidationError({printable(unknown[0][:40]): [message]}, code="unknown_field")
        return super().to_internal_value(data)
