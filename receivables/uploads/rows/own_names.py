"""Names that lists have and uploads have not: what the service alone writes, and the keys of a feed that it keeps."""

from typing import Any

from customers.serializers import CustomerSerializer
from receivables.api.serializers import InvoiceSerializer

EXTRA = "extra"  # under which lists have the keys that the contract lacks
_LISTS: list[Any] = [InvoiceSerializer, CustomerSerializer]
_NAMES = {serializer.Meta.model: frozenset(serializer().fields) for serializer in _LISTS}


def names_of_list(model: Any) -> frozenset[str]:
    """Return the names of a row of this model as lists have it."""
    return _NAMES[model]
