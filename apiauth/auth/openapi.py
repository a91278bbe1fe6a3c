"""How the OpenAPI document describes logging in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """HTTP Basic, or the pair in two headers of its own.

    Basic comes first: imports of Postman and Bruno take the first way alone, and of two headers only one.
    """

    target_class = "apiauth.auth.authentication.ApiKeyAuthentication"
    name = ["apiKey", "apiSecret", "basic"]

    def get_security_requirement(self, auto_schema: Any) -> list[dict[str, list[Any]]]:
        return [{"basic": []}, {"apiKey": [], "apiSecret": []}]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        key = "The key of a pair; its secret is needed, too."
        other = "The secret of the same pair; its key is needed, too."
        both = "Both at once: the key as user, the secret as password."
        return [
            {"type": "apiKey", "in": "header", "name": "api_key", "description": key},
            {"type": "apiKey", "in": "header", "name": "api_secret", "description": other},
            {"type": "http", "scheme": "basic", "description": both},
        ]
