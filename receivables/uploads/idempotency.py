"""The same request twice is one upload: `Idempotency-Key`, valid for 24 hours."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.exceptions import APIException

from apiauth.models import Account
from config.database.base import try_lock
from receivables.uploads.models import Upload
from receivables.uploads.reading.bodies import Body, BodyRefused
from receivables.uploads.terms import Terms

KEY_LIFETIME = timedelta(hours=24)


class KeyInUse(APIException):
    status_code = 409
    default_detail = (
        "An upload with this Idempotency-Key is still running. Send the request again in a moment for its receipt."
    )
    wait = 5


class KeyUsedOtherwise(APIException):
    status_code = 422
    default_detail = (
        "This Idempotency-Key was used within 24 hours for another request. Send a new key with a new body, or the "
        "first request unchanged for its receipt."
    )


def first_upload(account: Account, resource: str, terms: Terms, body: Body) -> Upload | None:
    """Claim the key until the transaction ends; return the upload that it was first used for, if any.

    Raises KeyInUse where another request holds the claim, KeyUsedOtherwise where the key was used for another.
    """
    if not terms.idempotency_key:
        return None
    if not try_lock(f"idempotency:{account.pk}:{terms.idempotency_key}"):
        raise KeyInUse
    used = Upload.objects.of_account(account).filter(
        idempotency_key=terms.idempotency_key, created_at__gt=timezone.now() - KEY_LIFETIME
    )
    first = used.order_by("-created_at").first()
    if first and (first.resource, first.terms, first.body_digest) != (resource, terms.as_json(), _digest(body)):
        raise KeyUsedOtherwise
    return first


def _digest(body: Body) -> bytes:
    """Read the body for its digest alone."""
    try:
        for _ in body:
            continue
    except BodyRefused:
        raise KeyUsedOtherwise from None
    return body.digest
