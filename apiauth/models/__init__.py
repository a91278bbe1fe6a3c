"""Who calls: accounts, their key pairs and their staff."""

from apiauth.models.accounts import Account, AccountQuerySet, Handling
from apiauth.models.keys import (
    EXPIRES_SOON,
    LAST_USE_PRECISION,
    STILL_IN_USE,
    ApiKey,
    ApiKeyQuerySet,
    CannotBeReplaced,
    KeyState,
    Scope,
    every_scope,
)
from apiauth.models.link_requests import LinkRequests
from apiauth.models.quotas import Policy, QuotaUse
from apiauth.models.saved_lists import SavedList

__all__ = [
    "EXPIRES_SOON",
    "LAST_USE_PRECISION",
    "STILL_IN_USE",
    "Account",
    "AccountQuerySet",
    "ApiKey",
    "ApiKeyQuerySet",
    "CannotBeReplaced",
    "Handling",
    "KeyState",
    "LinkRequests",
    "Policy",
    "QuotaUse",
    "SavedList",
    "Scope",
    "every_scope",
]
