"""The search of the list of invoices, which finds what the API's finds."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from customers.numbers import number_key
from customers.words import MAX_LENGTH, check_search, found_in
from receivables.models import WORDS


def searched(request: HttpRequest, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    """Return the rows of which each word asked for begins a number, a reference or a word of a name.

    Too short a search finds the number that it is; too long a one finds nothing.
    """
    if not search.strip():
        return rows
    if len(search) > MAX_LENGTH:
        messages.error(request, _("A search has %(most)d characters at the most.") % {"most": MAX_LENGTH})
        return rows.none()
    try:
        check_search(search)
    except ValidationError:
        messages.info(request, _("Of less than three characters only a whole number is looked for."))
        return rows.filter(_numbered(search.strip()))
    return rows.filter(found_in(WORDS, search))


def _numbered(number: str) -> Q:
    return Q(invoice_number=number) | Q(customer_number_key=number_key(number))
