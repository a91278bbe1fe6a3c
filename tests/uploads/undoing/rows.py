"""Undos for tests, and what is stored before and after them."""

from typing import Any

from customers.models import Customer
from receivables.models import Invoice

OWN = ("updated_at", "last_upload_id")  # what an undo writes itself


def taken_back(client: Any, url: str, query: str = "?confirm=true") -> dict[str, Any]:
    """Take back the upload or the full load at an address; return the receipt."""
    response = client.post(f"{url}/undo{query}")
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def state(model: Any = Invoice) -> list[dict[str, Any]]:
    """Return every column of all rows but those that an undo writes itself."""
    columns = [field.attname for field in model._meta.concrete_fields if field.name not in OWN]
    return list(model.objects.order_by("pk").values(*columns))


def customers() -> list[dict[str, Any]]:
    return state(Customer)


def counts(receipt: dict[str, Any]) -> dict[str, int]:
    """Return the counts of an undo that are not 0."""
    return {name: count for name, count in receipt["undo"].items() if name != "of" and count}
