"""What a receipt says of the upload, or the full load, that its upload takes back."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.http.addresses import link_to
from receivables.uploads.models import Upload
from receivables.uploads.undoing.fates import Fates
from receivables.uploads.undoing.targets import Target

COUNTS = {
    "reverted": "Rows whose fields are again what they were; of what an undo had withdrawn, items that are back.",
    "withdrawn": "Items that it had created: they are closed.",
    "kept": "Rows that stay as they are, because something later changed or contained them. The address `kept` of the "
    "receipt lists them. reverted + withdrawn + kept + repeated = created + updated of what was taken back.",
    "reopened": "Items that it had closed: they are open again.",
    "reclosed": "Items that it had opened again: they are closed as before.",
    "keptClosings": "Items that it had closed or opened again, and that stay so. reopened + reclosed + keptClosings = "
    "closed + reopened of what was taken back.",
    "repeated": "Of a full load in parts: how often a part updated a row that another part of it had created or "
    "updated before. Such a row is counted once here.",
}


class UndoneSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()


class UndoCountsSerializer(serializers.Serializer[Any]):
    """What an undo did. Counts are of rows, each once."""

    of = UndoneSerializer(help_text="The upload, or the full load, that was taken back.")
    # Some of their names are no names for a field of a class.
    locals().update({name: serializers.IntegerField(help_text=text) for name, text in COUNTS.items()})


class UndoOfReceiptField(serializers.Field[Any, Any, Any, Any]):
    """What an undo did; null of other uploads."""

    def __init__(self, **options: Any):
        super().__init__(source="*", read_only=True, **options)

    def to_representation(self, upload: Upload) -> dict[str, Any] | None:
        if upload.undo is None:
            return None
        name, pk = ("upload-detail", upload.undoes) if upload.undoes else ("snapshot-detail", upload.load_id)
        return {"of": {"id": str(pk), "url": link_to(name, pk)}, **upload.undo["counts"]}


extend_schema_field(UndoCountsSerializer(allow_null=True))(UndoOfReceiptField)


def foreseen_undo(foreseen: Fates) -> dict[str, Any]:
    """Return the same of an undo that has not happened."""
    return {"of": _of(foreseen.target), **foreseen.counts}


def _of(target: Target) -> dict[str, Any]:
    pk = target.load.pk if target.load and not target.undos else target.uploads[0].pk
    return {"id": str(pk), "url": target.url}
