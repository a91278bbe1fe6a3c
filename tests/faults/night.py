"""The uploads of a night, what their senders were told, and what is stored of them."""

from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from tests.faults.processes import Service
from tests.http.wire import Answer, upload

OLD, NEW = 1, 2  # invoice amounts: a fifth of the rows of every upload is stored before the first


@dataclass
class Sending:
    """One upload of the night, and what its sender was told: nothing, where the connection was lost."""

    number: int
    count: int
    is_async: bool
    victim: str | None
    answer: Answer | None = None

    @property
    def key(self) -> str:
        return f"night {self.number}"

    @property
    def before(self) -> dict[str, int]:
        """Invoice numbers and amounts that are stored already."""
        return {str(place): OLD for place in range(0, self.count, 5)}

    @property
    def after(self) -> dict[str, int]:
        """Invoice numbers and amounts that it sends."""
        return {str(place): NEW for place in range(self.count)}

    def rows(self, amounts: dict[str, int]) -> list[dict[str, Any]]:
        customer = {"customerNumber": str(self.number)}
        return [customer | {"invoiceNumber": number, "invoiceAmount": amounts[number]} for number in amounts]

    def send(self, service: Service, **headers: str) -> Answer | None:
        try:
            return upload(service.web.port, self.rows(self.after), service.pair | headers)
        except (OSError, HTTPException):
            return None

    def send_at_night(self, service: Service) -> Answer | None:
        preference = "respond-async" if self.is_async else "return=representation"
        return self.send(service, **{"Idempotency-Key": self.key, "Prefer": preference})


@dataclass(frozen=True)
class Receipt:
    """What is stored of an upload that was taken."""

    id: str
    received: int
    created: int
    updated: int


@dataclass(frozen=True)
class Night:
    """What was sent, and what is stored afterwards."""

    service: Service
    sendings: list[Sending]

    def taken(self) -> dict[str, list[Receipt]]:
        """Receipts of the uploads that were taken, by key."""
        taken: dict[str, list[Receipt]] = {sending.key: [] for sending in self.sendings}
        found = self.service.database.query(
            "SELECT idempotency_key, id::text, received_count, created_count, updated_count FROM uploads_upload"
            " WHERE outcome = 'accepted' AND idempotency_key <> ''"
        )
        for key, *receipt in found:
            taken[key].append(Receipt(*receipt))
        return taken

    def stored(self) -> dict[int, dict[str, int]]:
        """Amounts by invoice number, by the number of the upload."""
        stored: dict[int, dict[str, int]] = {sending.number: {} for sending in self.sendings}
        for number, invoice, amount in self.service.database.query(
            "SELECT customer_number::int, invoice_number, invoice_amount::int FROM receivables_invoice"
        ):
            stored[number][invoice] = amount
        return stored

    def counts(self, table: str, upload: str) -> dict[str, int]:
        """How many rows of a table name which upload."""
        query = "SELECT {upload}::text, count(*) FROM {table} GROUP BY {upload}"
        return dict(self.service.database.query(query.format(upload=upload, table=table)))

    def digest(self) -> list[Any]:
        return self.service.database.query(
            "SELECT md5(string_agg(t::text, ' ' ORDER BY id)) FROM receivables_invoice t"
        )
