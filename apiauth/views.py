from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, RetrieveAPIView

from apiauth.authentication import calling_key
from apiauth.models import ApiKey, Scope
from apiauth.serializers import WhoamiSerializer

Row = TypeVar("Row", bound=Model)


class OwnRowsView(GenericAPIView[Row]):
    """Rows of the account that calls, and of no other: the base of every view that reads."""

    required_scope = Scope.READ
    default_ordering: tuple[str, tuple[str, ...]] = ("id", ("id",))  # its name, and the columns
    orderings: dict[str, tuple[str, ...]] = {}

    def get_queryset(self) -> QuerySet[Row]:
        rows: Any = super().get_queryset()
        return rows.of_account(calling_key(self.request).account)


@extend_schema_view(get=extend_schema(operation_id="whoami", summary="Which key is calling"))
class WhoamiView(RetrieveAPIView[ApiKey]):
    """Which key is calling, for which account, with which scopes and limits: an integrator's first call."""

    serializer_class = WhoamiSerializer
    required_scope = None

    def get_object(self) -> ApiKey:
        return calling_key(self.request)
