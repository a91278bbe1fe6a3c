"""Rows as JSON text, for values that a Python object would not carry to the wire as they are meant."""

import json


def invoice_text(**values: str) -> str:
    """Return an invoice whose values are given as JSON text: `invoiceAmount="12.0"`, `itemText='"paid"'`."""
    return _object_text({"customerNumber": '"23123123"', "invoiceNumber": '"21321"', "invoiceAmount": "12112"} | values)


def customer_text(**values: str) -> str:
    """Return a customer whose values are given as JSON text."""
    return _object_text({"customerno": '"231231201"', "emailaddress1": '"john.doe@example.com"'} | values)


def after_a_good_row(row: str) -> str:
    """Return an array in which a row is the second; the first is an invoice that is taken."""
    return f"[{invoice_text(invoiceNumber=json.dumps('good'))}, {row}]"


def nested(levels: int) -> str:
    """Return an object within an object, as many as named."""
    return '{"in": ' * (levels - 1) + "{}" + "}" * (levels - 1)


def _object_text(values: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in values.items()) + "}"
