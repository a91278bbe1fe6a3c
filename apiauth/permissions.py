"""What a key may do."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apiauth.models import ApiKey


class HasScope(BasePermission):
    """Allow a key that has the view's `required_scope`; a view with None takes any key."""

    message = "This key lacks the scope that the address needs; whoami lists the key's scopes."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiKey):
            return False
        return view.required_scope is None or view.required_scope in request.auth.scopes
