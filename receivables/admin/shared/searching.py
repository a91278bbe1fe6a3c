"""The search of the lists of customers and invoices, which finds what the API's finds.

A search that is too short finds only a complete number; one that is too long finds nothing.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Func, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apiauth.admin.long_lists import LongChangeList
from customers.imported.numbers import number_key
from customers.imported.words import MAX_LENGTH, check_search, found_in
from customers.models import WORDS as CUSTOMER_WORDS
from receivables.models import WORDS as INVOICE_WORDS


class SearchedList(LongChangeList):
    """A list that says so where it cannot search for all of the text."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        search = self.query.strip()
        if len(search) > MAX_LENGTH:
            messages.error(request, _("A search may have at most %(most)d characters.") % {"most": MAX_LENGTH})
        elif search and not _has_words(search):
            messages.info(request, _("A search with fewer than three characters finds only a complete number."))
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        return rows


def customers_found(rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    return _found(rows, search, CUSTOMER_WORDS, _customer_number)


def invoices_found(rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    return _found(rows, search, INVOICE_WORDS, lambda text: Q(invoice_number=text) | _customer_number(text))


def _customer_number(text: str) -> Q:
    return Q(customer_number_key=number_key(text))


def _found(rows: QuerySet[Any], search: str, words: Func, numbered: Callable[[str], Q]) -> QuerySet[Any]:
    """Return the rows in which each searched word begins a number, a reference or a word of a name."""
    search = search.strip()
    if not search:
        return rows
    if len(search) > MAX_LENGTH:
        return rows.none()
    return rows.filter(found_in(words, search) if _has_words(search) else numbered(search))


def _has_words(search: str) -> bool:
    try:
        check_search(search)
    except ValidationError:
        return False
    return True
