"""The base of every view of the API, and whoami: which key is calling."""

from collections.abc import Sequence
from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from apiauth.authentication import calling_key
from apiauth.models import Account, ApiKey, Handling, Policy, Scope
from apiauth.quotas import quotas

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


class WhoamiAccountSerializer(serializers.ModelSerializer[Account]):
    amountDecimalPlaces = serializers.IntegerField(
        source="amount_decimal_places", help_text="Decimal places this account takes in amounts, 0 to 4."
    )
    uploadHandling = serializers.ChoiceField(
        source="upload_handling",
        choices=Handling.choices,
        help_text="What one bad row does to the others, where the sender does not say.",
    )

    class Meta:
        model = Account
        fields = ["name", "amountDecimalPlaces", "uploadHandling"]


class QuotaSerializer(serializers.Serializer[Any]):
    policy = serializers.ChoiceField(choices=Policy.choices, help_text="As the `RateLimit` header names it.")
    quota = serializers.IntegerField(help_text="Requests that this key may send at once.")
    windowSeconds = serializers.IntegerField(help_text="The time in which so many requests become available again.")


class LimitsSerializer(serializers.Serializer[Any]):
    maxRows = serializers.IntegerField(help_text="Rows in one upload.")
    maxBytes = serializers.IntegerField(help_text="Bytes of one upload's body.")
    requests = QuotaSerializer(many=True, help_text="Rate limits of this key; a policy without one is not named.")


class WhoamiSerializer(serializers.ModelSerializer[ApiKey]):
    """The key pair that calls, its account, what it may do and how much it may send."""

    name = serializers.CharField(help_text="Which feed or person holds it.")
    account = WhoamiAccountSerializer()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=Scope.choices))
    expiresAt = serializers.DateTimeField(source="expires_at", allow_null=True)
    fullLoadMinutes = serializers.IntegerField(
        source="full_load_minutes",
        allow_null=True,
        help_text="null: the key's uploads of invoices are changes. Else those that come together are a full load that "
        "ends when none came for so many minutes; what is missing in it is closed. `snapshot=false` sends a change.",
    )
    limits = serializers.SerializerMethodField()

    class Meta:
        model = ApiKey
        fields = ["key", "name", "account", "scopes", "expiresAt", "fullLoadMinutes", "limits"]

    @extend_schema_field(LimitsSerializer)
    def get_limits(self, api_key: ApiKey) -> dict[str, Any]:
        return {"maxRows": settings.UPLOAD_MAX_ROWS, "maxBytes": settings.UPLOAD_MAX_BYTES, "requests": quotas()}


@extend_schema_view(get=extend_schema(operation_id="whoami", summary="Which key is calling"))
class WhoamiView(KeyView, RetrieveAPIView[ApiKey]):
    """Which key is calling, for which account, with which scopes and limits: an integrator's first call."""

    serializer_class = WhoamiSerializer
    required_scope = None

    def get_object(self) -> ApiKey:
        return calling_key(self.request)


urlpatterns = [path("whoami", WhoamiView.as_view(), name="whoami")]
