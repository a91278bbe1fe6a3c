"""Addresses as they stand on an envelope, whatever JSON the feed has for them."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from receivables.admin.shared.values import EMPTY, nested

# The lines of an address: each has the first that is there of several spellings of its parts.
LINES: list[list[tuple[str, ...]]] = [
    [("name", "companyname", "company", "name1")],
    [("name2",)],
    [("attention", "contact", "attn")],
    [("street", "street1", "address", "address1", "addressline1", "line1"), ("housenumber", "houseno")],
    [("street2", "address2", "addressline2", "line2")],
    [("pobox",)],
    [("postalcode", "zip", "zipcode", "postcode", "plz"), ("city", "town"), ("state", "region", "province")],
    [("country", "countrycode")],
]


def shown_address(address: Any) -> SafeString | None:
    """Return the lines of an address, and below them what else is in it; None of an empty one."""
    if address in EMPTY:
        return None
    if isinstance(address, str):
        return _block(address.splitlines(), {})
    if not isinstance(address, dict):
        return format_html("{}", nested(address))
    return _of_object(address)


def _of_object(address: dict[str, Any]) -> SafeString:
    rest = dict(address)
    spelled = {_spelling(key): key for key, part in reversed(address.items()) if _is_text(part)}
    lines = []
    for line in LINES:
        keys = [spelled[found] for names in line if (found := next((n for n in names if n in spelled), None))]
        texts = [str(rest.pop(key)) for key in keys if key in rest]
        lines.append(" ".join(texts))
    return _block([line for line in lines if line], {key: part for key, part in rest.items() if part not in (None, "")})


def _spelling(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "").replace(" ", "")


def _is_text(part: Any) -> bool:
    return isinstance(part, str | int) and not isinstance(part, bool) and part != ""


def _block(lines: list[str], rest: dict[str, Any]) -> SafeString:
    text = format_html_join("", "<span>{}</span>", ((line,) for line in lines))
    below = nested(rest) if rest else ""
    return format_html("<address>{}</address>{}", text, below)
