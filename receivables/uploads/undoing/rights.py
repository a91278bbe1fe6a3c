"""What a key may take back: its own newest upload soon after it, within limits; with the scope `confirm`, anything."""

from datetime import timedelta

from django.utils import timezone

from apiauth.models import ApiKey, Scope
from receivables.uploads.loads.brake import Limits
from receivables.uploads.loads.ending import pairs
from receivables.uploads.models import FullLoad, Upload
from receivables.uploads.undoing.targets import Target, target_of

OWN_FOR = timedelta(hours=24)


class NotOwn(Exception):
    """The key may not take it back, and somebody else may."""


def limits_of(found: Upload | FullLoad, api_key: ApiKey) -> Limits | None:
    """Return the limits within which a key may take back an upload or a full load; None if there are none.

    Raises NotOwn, UndoRefused.
    """
    if Scope.CONFIRM in api_key.scopes:
        return None
    target, own = target_of(found), pairs(api_key)
    if not (_undid(target, own) or _is_own_newest(target, own)):
        raise NotOwn
    return Limits.of(api_key.account)


def _undid(target: Target, own: list[int]) -> bool:
    """Whether one of these pairs took it back already, and asks again."""
    if target.undone_by is None:
        return False
    return Upload.objects.of_account(target.account).filter(pk=target.undone_by, api_key__in=own).exists()


def _is_own_newest(target: Target, own: list[int]) -> bool:
    if any(upload.api_key_id not in own for upload in target.uploads):
        return False
    merged = Upload.objects.of_account(target.account).in_effect().filter(merged_at__isnull=False)
    newest = merged.filter(resource=target.resource, api_key__in=own).order_by("-merged_at").first()
    is_of_target = newest is not None and newest.pk in {upload.pk for upload in target.uploads}
    return is_of_target and target.moments[-1] > timezone.now() - OWN_FOR
