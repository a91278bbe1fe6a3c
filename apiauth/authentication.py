"""Logging in with a key pair."""

import base64
import binascii

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from apiauth import keys
from apiauth.look_up import live_key
from apiauth.models import ApiKey

NO_PAIR = ("", "")  # looked up and compared like any other, so that a missing pair costs what a wrong one costs


class ApiKeyAuthentication(BaseAuthentication):
    """Reads the pair from `api_key` and `api_secret` (or `Api-Key` and `Api-Secret`), or from HTTP Basic.

    `request.auth` is the ApiKey. A missing half, an unknown key, a wrong secret and a dead pair are
    answered alike, with 401 and a challenge; a disabled account with 403.
    """

    refusal = (
        "The key pair is missing, wrong, revoked or expired. Send it in the headers api_key and api_secret "
        "(or Api-Key and Api-Secret), or as the user and password of HTTP Basic."
    )

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey]:
        pair = _pair_from_headers(request) or _pair_from_basic(request) or NO_PAIR
        return AnonymousUser(), self.authenticate_credentials(*pair)

    def authenticate_credentials(self, key: str, secret: str) -> ApiKey:
        # A NUL, which Basic can carry, is no text to PostgreSQL; it is no key either.
        key = "" if "\0" in key else key
        api_key = live_key(key)
        if not keys.matches(secret, api_key.secret_digest if api_key else keys.NO_DIGEST) or api_key is None:
            raise AuthenticationFailed(self.refusal)
        if not api_key.account.is_active:
            raise PermissionDenied("This account is disabled. Ask whoever runs the service.")
        api_key.record_use()
        return api_key

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="receivables", charset="UTF-8"'


def _pair_from_headers(request: Request) -> tuple[str, str] | None:
    key, secret = (_header(request, name) for name in ("HTTP_API_KEY", "HTTP_API_SECRET"))
    return (key, secret) if key or secret else None


def _header(request: Request, name: str) -> str:
    """Return a header that may have come under both spellings: the server joins equal values with a comma."""
    values = {value.strip() for value in request.META.get(name, "").split(",")}
    return values.pop() if len(values) == 1 else request.META[name]


def _pair_from_basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = get_authorization_header(request).partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        key, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return NO_PAIR
    return key, secret


def calling_key(request: Request) -> ApiKey:
    """Return the key pair of an authenticated request."""
    assert isinstance(request.auth, ApiKey)
    return request.auth
