"""Who calls: accounts, their key pairs and their staff."""

from apiauth.models.accounts import Account, Handling, SavedList
from apiauth.models.keys import ApiKey, CannotBeReplaced, KeyState, Policy, QuotaUse, Scope, default_scopes
from apiauth.models.link_requests import LinkRequests
from apiauth.models.owned import (
    LISTED,
    OfAccount,
    SameAccount,
    account_of_parent,
    account_of_row,
    first_of_each,
    outer_account,
    within_account,
)

__all__ = [
    "LISTED",
    "Account",
    "ApiKey",
    "CannotBeReplaced",
    "Handling",
    "KeyState",
    "LinkRequests",
    "OfAccount",
    "Policy",
    "QuotaUse",
    "SameAccount",
    "SavedList",
    "Scope",
    "account_of_parent",
    "account_of_row",
    "default_scopes",
    "first_of_each",
    "outer_account",
    "within_account",
]
