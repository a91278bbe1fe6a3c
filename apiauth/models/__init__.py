"""Who calls: accounts, their key pairs and their staff."""

from apiauth.models.accounts import Account, Handling
from apiauth.models.keys import ApiKey, CannotBeReplaced, KeyState, Scope, every_scope
from apiauth.models.link_requests import LinkRequests
from apiauth.models.quotas import Policy, QuotaUse
from apiauth.models.saved_lists import SavedList

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
    "every_scope",
]
