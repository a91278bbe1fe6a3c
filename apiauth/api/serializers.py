from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apiauth.models import Account, ApiKey, Handling, Policy, Scope
from apiauth.quotas import quotas


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
    limits = serializers.SerializerMethodField()

    class Meta:
        model = ApiKey
        fields = ["key", "name", "account", "scopes", "expiresAt", "limits"]

    @extend_schema_field(LimitsSerializer)
    def get_limits(self, api_key: ApiKey) -> dict[str, Any]:
        return {"maxRows": settings.UPLOAD_MAX_ROWS, "maxBytes": settings.UPLOAD_MAX_BYTES, "requests": quotas()}
