"""JSON columns read without rounding."""

import json
from decimal import Decimal
from typing import Any


class ExactJSONDecoder(json.JSONDecoder):
    """Reads numbers with a fraction, and whole ones beyond 64 bits, as Decimal: what was sent is what comes back."""

    def __init__(self, **kwargs: Any):
        exact = {"parse_float": Decimal, "parse_int": lambda text: int(text) if len(text) <= 18 else Decimal(text)}
        super().__init__(**(kwargs | exact))
