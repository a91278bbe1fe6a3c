"""What is said where an address asks a list for something that the list does not know."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.http.refused_pages import refused

OF_EVERY_LIST = {ALL_VAR, "_facets", ORDER_VAR, PAGE_VAR, IS_POPUP_VAR, SEARCH_VAR, TO_FIELD_VAR}


class UnreadableList(Exception):
    """An address asks for what a list does not know. `unknown` are the parameters that are none of the list's."""

    def __init__(self, unknown: list[str]):
        super().__init__(", ".join(unknown))
        self.unknown = unknown


def names_of(offer: Any) -> list[str]:
    """Return the names in the address that a filter answers to, as `list_filter` has it."""
    if isinstance(offer, str):
        return [offer]
    if isinstance(offer, tuple):
        return [*getattr(offer[1], "LOOKUPS", ()), offer[0]]
    return getattr(offer, "parameter_names", None) or [offer.parameter_name]


def unreadable_list(model_admin: Any, request: HttpRequest, unknown: list[str]) -> HttpResponse:
    """Return the page that says which filters there are, and leads to the list without what it does not know."""
    asked = request.GET.copy()
    for name in unknown or list(asked):
        del asked[name]
    address = reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist")
    if asked:
        address += f"?{asked.urlencode()}"
    names = ", ".join(_("“%(name)s”") % {"name": name[:40]} for name in unknown[:5])
    sentence = _("This list has no filter %(names)s.") % {"names": names} if unknown else _unreadable_value()
    filters = list(_titles(model_admin, request))
    return refused(
        request,
        400,
        _("This address cannot be read"),
        [sentence],
        (_("Show the list without this filter"), address),
        filters=filters,
    )


def _unreadable_value() -> str:
    return _("This list cannot be filtered by one of the values in the address.")


def _titles(model_admin: Any, request: HttpRequest) -> Iterator[tuple[str, list[str]]]:
    """Yield how each filter of the list is called, and its names in the address."""
    for offer in model_admin.get_list_filter(request):
        yield capfirst(str(_title(model_admin, offer))), names_of(offer)
    if model_admin.get_search_fields(request):
        yield _("Search"), [SEARCH_VAR]


def _title(model_admin: Any, offer: Any) -> Any:
    if not isinstance(offer, str | tuple):
        return offer.title
    name, by = offer if isinstance(offer, tuple) else (offer, None)
    try:
        return getattr(by, "heading", "") or model_admin.opts.get_field(name).verbose_name
    except FieldDoesNotExist:
        return name
