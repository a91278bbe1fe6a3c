"""What the API's documents say of uploads."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from receivables.uploads.bulk import RowSerializer
from receivables.uploads.receipts import ReceiptSerializer
from receivables.uploads.terms import TERMS_SERIALIZERS

# As the published contract has them.
INVOICE_EXAMPLE = {"customerNumber": "23123123", "invoiceNumber": "21321", "invoiceAmount": 12112}
CUSTOMER_EXAMPLE = {
    "companyname": "Payorcrm LLC",
    "firstname": "John",
    "lastname": "Doe",
    "phoneno": "+11122334455",
    "emailaddress1": "john.doe@example.com",
    "customerno": "231231201",
    "cocode": "XY22",
}


def _header(name: str, description: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, location=OpenApiParameter.HEADER, description=description, **options)


HEADERS = [
    _header(
        "Prefer",
        "`handling=lenient` takes the good rows where others are bad (207), `handling=strict` takes none then (400); "
        "`respond-async` answers at once (202) and leaves the rows to a worker; `return=minimal` answers with the "
        "counts alone. Several are separated by commas (RFC 7240); `Preference-Applied` names those it honoured.",
    ),
    _header(
        "Idempotency-Key",
        "Within 24 hours the same request under the same key is answered with the receipt of the first; another "
        "request under it is a 422, and one that comes while the first still runs a 409.",
    ),
    _header("Content-Encoding", "The coding of the body; limits count what it unfolds to.", enum=["gzip", "zstd"]),
]


def upload_schema(
    operation_id: str, summary: str, serializer_class: type[RowSerializer], example: dict[str, Any]
) -> Callable[[Any], Any]:
    """Return the decorator that describes an upload."""
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        parameters=[TERMS_SERIALIZERS[serializer_class.Meta.resource], *HEADERS],
        request={
            "application/json": serializer_class(many=True),
            "application/x-ndjson": OpenApiTypes.STR,
            "application/jsonl": OpenApiTypes.STR,
        },
        examples=[OpenApiExample("Published", example, request_only=True, media_type="application/json")],
        responses={200: ReceiptSerializer, 202: ReceiptSerializer, 207: ReceiptSerializer},
    )
