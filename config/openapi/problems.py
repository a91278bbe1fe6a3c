"""How the OpenAPI document describes errors: in one form, on every operation."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

# Codes of parameters and of requests as a whole; those of rows and bodies are the uploads' own.
REQUEST_CODES = [
    *serializers.DecimalField.default_error_messages,  # "invalid", "max_value" and so on
    "empty_parameter",
    "from_after_as_of",
    "since_after_until",
    "https_required",
    "in_future",
    "invalid_choice",
    "invalid_cursor",
    "max_length",
    "min_length",
    "not_a_list",
    "not_known_then",
    "null_characters_not_allowed",
    "quota_exceeded",
    "repeated_parameter",
    "too_many_files",
    "too_many_items",
    "too_many_uploads",
    "too_much_waiting",
    "unknown_field",
    "unknown_format",
    "unknown_load",
    "unknown_ordering",
    "unknown_parameter",
]
# Codes of a request that is refused before its parameters and its body are looked at.
REFUSAL_CODES = ["half_key_pair", "https_required", "no_key_pair", "unreadable_credentials", "wrong_key_pair"]
PROBLEMS = {
    "400": "The request is refused; `errors` says where and why.",
    "401": "The key pair did not arrive whole (`code` is `no_key_pair`, `half_key_pair` or `unreadable_credentials`), "
    "or is wrong, revoked or expired (`wrong_key_pair`).",
    "403": "The key lacks the scope, its account is disabled, or the request came over plain http (`https_required`).",
    "429": "The key has used up its quota, or has too much under way at the same time: send the request again after "
    "`Retry-After` seconds.",
    "503": "The database did not answer: send the request again after `Retry-After` seconds.",
}
NOT_KNOWN = (
    "The moment cannot be answered: it lies ahead (`in_future`), or before what is known (`not_known_then`), or there "
    "is no such upload (`unknown_load`). `errors` says why, and what to do."
)
NOT_FOUND = "Nothing is stored under this address for this account."


@extend_schema_field({"$ref": "#/components/schemas/ErrorCode"})
class ErrorCodeField(serializers.CharField):
    """One of the codes of requests, or of those that the apps have for their rows and bodies."""


class ProblemErrorSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField(required=False, help_text="The row, counted from 0.")
    pointer = serializers.CharField(required=False, help_text="JSON Pointer (RFC 6901) into the body.")
    field = serializers.CharField(required=False)
    code = ErrorCodeField()
    message = serializers.CharField()
    identity = serializers.DictField(child=serializers.CharField(), required=False)


class ProblemSerializer(serializers.Serializer[Any]):
    """A problem document (RFC 9457). `code` says why a request was refused before anything else of it was looked at;
    other refusals have none.
    """

    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.ChoiceField(choices=REFUSAL_CODES, required=False)
    requestId = serializers.CharField(required=False, help_text="Of an error on our side: its `X-Request-Id`.")
    errors = ProblemErrorSerializer(many=True, required=False)  # type: ignore[assignment]
