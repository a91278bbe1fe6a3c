"""What a row, and an entry of its history, look like on the wire, whatever was imported."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.http.addresses import linked
from customers.imported.models import Change


@extend_schema_field({"description": "Any JSON value, as it was sent."})
class AnyJSONField(serializers.JSONField):
    """Any JSON value, null too."""


class FieldChangeSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(help_text="Its name, as uploads and lists have it.")
    before = AnyJSONField()
    after = AnyJSONField()


class ChangeSerializer(serializers.Serializer[Change]):
    """One change of a row, whose own serializer `row_serializer` names the fields."""

    row_serializer: type[serializers.Serializer[Any]]

    changedAt = serializers.DateTimeField(source="changed_at")
    upload = serializers.SerializerMethodField(help_text="The upload that changed it, if one did.")
    staffUser = serializers.SerializerMethodField(help_text="The member of staff who changed it, if one did.")
    changes = serializers.SerializerMethodField()

    def get_upload(self, change: Change) -> str | None:
        return linked(reverse(settings.UPLOAD_URL, args=[change.upload_id])) if change.upload_id else None

    def get_staffUser(self, change: Change) -> str | None:
        return change.staff_username or None

    @extend_schema_field(FieldChangeSerializer(many=True))
    def get_changes(self, change: Change) -> list[dict[str, Any]]:
        """Return the changes under the names of the wire; a column that another one fills is none of its fields."""
        changed: Any = self.row_serializer(context=self.context).fields
        return [
            {"field": name, "before": _shown(field, before), "after": _shown(field, after)}
            for name, field in changed.items()
            if field.source in change.changes
            for before, after in [change.changes[field.source]]
        ]


def _shown(field: Any, value: Any) -> Any:
    return None if value is None else field.to_representation(value)
