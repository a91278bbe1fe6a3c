"""Logging in with a key pair, what its scopes allow then, and how the OpenAPI document describes it."""

import base64
import binascii
import hmac
from functools import cache
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apiauth.models import Account, ApiKey
from apiauth.models.keys import digest

NO_PAIR = ("", "")  # looked up and compared like any other, so that a missing pair costs what a wrong one costs
NO_DIGEST = "0" * 64  # what an unknown key is compared with, so that it costs what a wrong secret costs
NOTHING_SENT = (
    "no_key_pair",
    "No key pair arrived. Send it in the headers api_key and api_secret. If you did send them, a proxy on the way "
    "dropped them, as many drop names with an underscore: send Api-Key and Api-Secret, or the pair as user and "
    "password of HTTP Basic.",
)
HALF_SENT = (
    "half_key_pair",
    "{missing} did not arrive, or is empty; the other half of the key pair did arrive. Send both halves the same way. "
    "If you did, a proxy on the way dropped one of them.",
)
NOT_BASIC = (
    "unreadable_credentials",
    "The header Authorization cannot be read as HTTP Basic: `Basic `, and behind it the key, a colon and the secret, "
    "together in Base64. The headers api_key and api_secret do as well.",
)
WRONG_PAIR = (
    "wrong_key_pair",
    "A key pair arrived, but it is wrong, revoked or expired. Check that both halves are whole and belong together, or "
    "have a new pair issued.",
)


class PairRefused(AuthenticationFailed):
    """The problem document names the kind of refusal by its `code`, which depends on what was sent alone."""

    def __init__(self, code: str, detail: str):
        super().__init__(detail, code)
        self.problem_members = {"code": code}


class ApiKeyAuthentication(BaseAuthentication):
    """Reads the pair from `api_key` and `api_secret` (or `Api-Key` and `Api-Secret`), or from HTTP Basic.

    `request.auth` is the ApiKey. Refused with 401 and a challenge, for the same work: no pair, half a pair, and an
    unknown key, a wrong secret or a dead pair, which are answered alike. A disabled account is a 403.
    """

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiKey]:
        (key, secret), why = _sent(request)
        return AnonymousUser(), self.authenticate_credentials(key, secret, why)

    def authenticate_credentials(self, key: str, secret: str, why: tuple[str, str] = WRONG_PAIR) -> ApiKey:
        """Return the pair; `why` says how a refusal is put. Raises PairRefused, PermissionDenied."""
        # A NUL, which Basic can carry, is no text to PostgreSQL; it is no key either.
        key = "" if "\0" in key else key
        api_key = live_key(key)
        stored = api_key.secret_digest if api_key else NO_DIGEST
        if not hmac.compare_digest(digest(secret), stored) or api_key is None:
            raise PairRefused(*why)
        if not api_key.account.is_active:
            raise PermissionDenied("This account is disabled. Ask whoever runs the service.")
        api_key.record_use()
        return api_key

    def authenticate_header(self, request: Request) -> str:
        return 'Basic realm="receivables", charset="UTF-8"'


def _sent(request: Request) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the pair that was sent, and how it is refused unless it logs in."""
    pair = _header(request, "HTTP_API_KEY"), _header(request, "HTTP_API_SECRET")
    if any(pair):
        return pair, _refusal(pair, "The header api_key", "The header api_secret")
    authorization = get_authorization_header(request)
    if not authorization.strip():
        return NO_PAIR, NOTHING_SENT
    basic = _pair_from_basic(authorization)
    return (
        (basic, _refusal(basic, "The user of HTTP Basic", "The password of HTTP Basic"))
        if basic
        else (NO_PAIR, NOT_BASIC)
    )


def _refusal(pair: tuple[str, str], *names: str) -> tuple[str, str]:
    missing = [name for half, name in zip(pair, names, strict=True) if not half]
    code, detail = HALF_SENT
    return (code, detail.format(missing=missing[0])) if len(missing) == 1 else WRONG_PAIR


def _header(request: Request, name: str) -> str:
    """Return a header that may have come under both spellings: the server joins equal values with a comma."""
    values = {value.strip() for value in request.META.get(name, "").split(",")}
    return values.pop() if len(values) == 1 else request.META[name]


def _pair_from_basic(authorization: bytes) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        key, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return key, secret


def calling_key(request: Request) -> ApiKey:
    """Return the key pair of an authenticated request."""
    assert isinstance(request.auth, ApiKey)
    return request.auth


# Every request looks its key up. For Django to build the query took seven times as long as for PostgreSQL to answer it,
# so that it is compiled once.
KEY_COLUMNS, ACCOUNT_COLUMNS = (
    [column.attname for column in model._meta.concrete_fields] for model in (ApiKey, Account)
)


def live_key(key: str) -> ApiKey | None:
    """Return the pair with this key, and its account, in one query, unless it is revoked or expired."""
    with connection.cursor() as cursor:
        cursor.execute(_query(), [key])
        row = cursor.fetchone()
    if row is None:
        return None
    found = ApiKey.from_db(connection.alias, KEY_COLUMNS, row[: len(KEY_COLUMNS)])
    found.account = Account.from_db(connection.alias, ACCOUNT_COLUMNS, row[len(KEY_COLUMNS) :])
    return found


@cache
def _query() -> str:
    rows = ApiKey.objects.live().select_related("account").filter(key="").order_by()
    query, _ = rows.query.sql_with_params()
    return query


class HasScope(BasePermission):
    """Allow a key that has the view's `required_scope`; a view with None allows any key. A view with a `scope_for_own`
    allows a key of that scope too, and shows it nothing but its own.
    """

    message = "This key lacks the scope that the address needs; whoami lists the key's scopes."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        if view.required_scope is None:
            return True
        enough = {view.required_scope, getattr(view, "scope_for_own", view.required_scope)}
        return not enough.isdisjoint(request.auth.scopes)


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """HTTP Basic, or the pair in two headers of its own.

    Basic comes first: imports of Postman and Bruno take the first way alone, and of two headers only one.
    """

    target_class = "apiauth.authentication.ApiKeyAuthentication"
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
