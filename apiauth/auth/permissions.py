"""What a key may do."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apiauth.models import ApiKey


class HasScope(BasePermission):
    """Allow a key that has the view's `required_scope`; a view with None takes any key. A view with a `scope_for_own`
    takes a key of that scope too, and shows it nothing but its own.
    """

    message = "This key lacks the scope that the address needs; whoami lists the key's scopes."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        if view.required_scope is None:
            return True
        enough = {view.required_scope, getattr(view, "scope_for_own", view.required_scope)}
        return not enough.isdisjoint(request.auth.scopes)
