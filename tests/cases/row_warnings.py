"""Warnings of a receipt, by their codes."""

USD, EUR = {"currency": "USD"}, {"currency": "EUR"}


def by_code(warnings):
    return {warning["code"]: warning for warning in warnings}


def counts(warning):
    return warning["rows"], warning["firstIndex"]
