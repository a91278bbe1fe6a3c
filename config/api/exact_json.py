"""JSON columns read without rounding."""

import json
from decimal import Decimal
from typing import Any


class ExactJSONDecoder(json.JSONDecoder):
    """Reads numbers with a fraction, and whole ones beyond 64 bits, as Decimal: what was sent is what comes back."""

    def __init__(self, **kwargs: Any):
        super().__init__(**(kwargs | {"parse_float": Decimal, "parse_int": _whole}))


def _whole(text: str) -> int | Decimal:
    return int(text) if len(text) <= 18 else Decimal(text)
