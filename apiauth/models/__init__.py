"""Who calls: accounts, their key pairs and their staff."""

from apiauth.models.accounts import Account, Handling, SavedList
from apiauth.models.keys import ApiKey, CannotBeReplaced, KeyState, Policy, QuotaUse, Scope, default_scopes
from apiauth.models.link_requests import LinkRequests

__all__ = [
    "Account",
    "ApiKey",
    "CannotBeReplaced",
    "Handling",
    "KeyState",
    "LinkRequests",
    "Policy",
    "QuotaUse",
    "SavedList",
    "Scope",
    "default_scopes",
]
