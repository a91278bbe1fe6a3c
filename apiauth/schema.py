"""How the OpenAPI document describes logging in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The pair in two headers of its own, or else in HTTP Basic."""

    target_class = "apiauth.authentication.ApiKeyAuthentication"
    name = ["apiKey", "apiSecret", "basic"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{"apiKey": [], "apiSecret": []}, {"basic": []}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "header", "name": "api_key", "description": "The key of a pair."},
            {"type": "apiKey", "in": "header", "name": "api_secret", "description": "The secret of the same pair."},
            {"type": "http", "scheme": "basic", "description": "The key as user, the secret as password."},
        ]
