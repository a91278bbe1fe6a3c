"""What the API's documents say of uploads."""

import json
from collections.abc import Callable
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from receivables.uploads.api.receipts import ReceiptSerializer
from receivables.uploads.reading.parsers import LINES_PARSERS
from receivables.uploads.resources import Resource
from receivables.uploads.rows.bulk import RowSerializer
from receivables.uploads.terms import TERMS_SERIALIZERS

# Whole rows have every key of the published contract.
WHOLE_INVOICE = {
    "companyCode": "XY22",
    "profitCenter": "PC10",
    "customerName": "Payorcrm LLC",
    "customerNumber": "231231201",
    "accountingDocNumber": "1800000001",
    "invoiceNumber": "INV-1",
    "postDate": "2026-01-31",
    "dueDate": "2026-03-02",
    "paymentTerms": "N030",
    "documentType": "RV",
    "postingKey": "01",
    "debitCreditIndicator": "S",
    "balanceAmount": "8112",
    "billAddr": {"street": "1 Main Street", "city": "Austin", "country": "US"},
    "shipAddr": {"street": "2 Dock Road", "city": "Tampa", "country": "US"},
    "currency": "USD",
    "invoiceAmount": 12112,
    "reasonCode": "R7",
    "reasonCodeDescription": "short paid",
    "fiscalYear": "2026",
    "invoiceDate": "2026-01-30",
    "reference1": "PO 4711",
    "reference2": "",
    "localAmount": 12112,
    "itemText": "January",
    "fiscalPeriod": "01",
    "issueDate": "2026-01-30",
    "soldTo": "231231201",
    "lineItem": "001",
    "referenceDocNo": "RD-9",
    "status": "open",
}
WHOLE_CUSTOMER = {
    "companyname": "Payorcrm LLC",
    "firstname": "John",
    "lastname": "Doe",
    "phoneno": "+11122334455",
    "emailaddress1": "john.doe@example.com",
    "customerno": "231231201",
    "cocode": "XY22",
}
REQUIRED_INVOICE = {"customerNumber": "23123123", "invoiceNumber": "21321", "invoiceAmount": 12112}
REQUIRED_CUSTOMER = {"customerno": "231231202", "emailaddress1": "jane.doe@example.com"}
LINES = [parser.media_type for parser in LINES_PARSERS]
ROWS: dict[str, dict[str, dict[str, Any]]] = {
    Resource.INVOICES: {"What is required": REQUIRED_INVOICE, "The whole contract": WHOLE_INVOICE},
    Resource.CUSTOMERS: {"What is required": REQUIRED_CUSTOMER, "The whole contract": WHOLE_CUSTOMER},
}


class TextFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A text is bound to its column's length, and not blank where it is required."""

    target_class = "receivables.uploads.rows.fields.TextField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        required = {"minLength": 1, "pattern": r"\S"} if self.target.required else {}
        return {"type": "string", "maxLength": self.target.max_length, **required}


def _header(name: str, description: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, location=OpenApiParameter.HEADER, description=description, **options)


HEADERS = [
    _header(
        "Prefer",
        "`handling=lenient` takes the good rows where others are bad (207), `handling=strict` takes none then (400); "
        "`respond-async` answers at once (202) and leaves the rows to a worker; `return=minimal` answers with the "
        "counts alone; `source=table` says that the rows were cells of a table: errors speak of cells, and what a "
        "spreadsheet made of a value (`nan`, `#N/A`, `1.93E+09`) is refused where it would identify a row. "
        "Several are separated by commas (RFC 7240); `Preference-Applied` names those it honoured.",
    ),
    _header(
        "Idempotency-Key",
        "Within 24 hours the same request under the same key is answered with the receipt of the first; another "
        "request under it is a 422, and one that comes while the first still runs a 409.",
        type={"type": "string", "maxLength": 255, "pattern": r"^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$"},
    ),
]


ANSWERS = {
    200: "The receipt: all rows were taken, as in an upload that was only tried they would have been.",
    202: "The receipt as far as it is known: a worker takes the rows, and the upload's address shows how far it is.",
    207: "The receipt: good rows were taken, bad ones were not (`Prefer: handling=lenient`).",
}


def upload_schema(operation_id: str, summary: str, serializer_class: type[RowSerializer]) -> Callable[[Any], Any]:
    """Return the decorator that describes an upload."""
    rows = ROWS[serializer_class.Meta.resource]
    lines = "\n".join(json.dumps(row) for row in rows.values())
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        parameters=[TERMS_SERIALIZERS[serializer_class.Meta.resource], *HEADERS],
        request={
            "application/json": serializer_class(many=True),
            **dict.fromkeys(LINES, OpenApiTypes.STR),
        },
        examples=[
            *(OpenApiExample(name, row, request_only=True) for name, row in rows.items()),
            *(
                OpenApiExample("One row on each line", lines, request_only=True, media_type=media_type)
                for media_type in LINES
            ),
        ],
        responses={status: OpenApiResponse(ReceiptSerializer, text) for status, text in ANSWERS.items()},
    )
