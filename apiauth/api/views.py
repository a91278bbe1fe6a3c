from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from apiauth.api.serializers import WhoamiSerializer
from apiauth.authentication import calling_key
from apiauth.models import ApiKey, Policy, Scope

Row = TypeVar("Row", bound=Model)


class KeyView(APIView):
    """The base of every view of the API. Each request is counted by its `rate_policy`."""

    rate_policy = Policy.READ

    def permission_denied(self, request: Request, message: str | None = None, code: str | None = None) -> NoReturn:
        """Count a request whose key lacks the scope, too: DRF asks for permission before it counts."""
        self.check_throttles(request)
        super().permission_denied(request, message, code)


class OwnRowsView(KeyView, GenericAPIView[Row]):
    """Rows of the account that calls, and of no other: the base of every view that reads."""

    required_scope = Scope.READ
    default_ordering: tuple[str, tuple[str, ...]] = ("id", ("id",))  # its name, and the columns
    orderings: dict[str, tuple[str, ...]] = {}

    def get_queryset(self) -> QuerySet[Row]:
        rows: Any = super().get_queryset()
        return rows.of_account(calling_key(self.request).account)

    def fetch(self, rows: QuerySet[Row], columns: Sequence[str]) -> Sequence[Any]:
        """Return the rows of a page as something that has at least these columns."""
        return list(rows)


@extend_schema_view(get=extend_schema(operation_id="whoami", summary="Which key is calling"))
class WhoamiView(KeyView, RetrieveAPIView[ApiKey]):
    """Which key is calling, for which account, with which scopes and limits: an integrator's first call."""

    serializer_class = WhoamiSerializer
    required_scope = None

    def get_object(self) -> ApiKey:
        return calling_key(self.request)
