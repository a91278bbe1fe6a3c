"""Key pairs: how they are made, and how a secret is stored and compared."""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from django.conf import settings


class KeyPair(NamedTuple):
    """A pair as its holder sees it. The secret exists here alone: the database keeps its digest."""

    key: str
    secret: str

    def __repr__(self) -> str:
        return f"KeyPair(key={self.key!r})"


def new_key() -> str:
    """Return a key: 96 bits of name. Its prefix, as a secret's, lets secret scanners find leaks."""
    return f"ak_{secrets.token_hex(12)}"


def new_pair(key: str = "") -> KeyPair:
    """Return a pair of this key, else of a new one, with 256 bits of secret."""
    return KeyPair(key or new_key(), f"sk_{secrets.token_urlsafe(32)}")


def digest(secret: str) -> str:
    """Return the HMAC-SHA256 of a secret under the service's pepper, 64 hex digits.

    The secret is random and long, so a fast digest is safe, and it costs microseconds where a password
    hash would cost every request a third of a second.
    """
    return hmac.digest(settings.API_KEY_PEPPER.encode(), secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def matches(secret: str, stored_digest: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(digest(secret), stored_digest)


NO_DIGEST = "0" * 64  # what an unknown key is compared with, so that it costs what a wrong secret costs
