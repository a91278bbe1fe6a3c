"""Pairs that somebody will miss soon, unless they are replaced: a banner on their list, a number in the side bar."""

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from apiauth.models import Account, ApiKey


def missed_soon(request: HttpRequest) -> list[ApiKey]:
    """Return the pairs of one's own accounts that are in use and expire soon. They are looked up once for a request."""
    if not hasattr(request, "_missed_soon"):
        own = ApiKey.objects.filter(account__in=Account.objects.visible_to(request.user))
        pairs = own.missed_soon().filter(successor=None).select_related("account")
        request._missed_soon = list(pairs) if request.user.has_perm("apiauth.view_apikey") else []  # type: ignore[attr-defined]
    return request._missed_soon  # type: ignore[attr-defined]


def badge(request: HttpRequest) -> SafeString | None:
    """Return the number of these pairs, with a text for screen readers; None where there is none."""
    if not (count := len(missed_soon(request))):
        return None
    text = ngettext("%(count)s expires soon", "%(count)s expire soon", count) % {"count": count}
    return format_html('<span aria-hidden="true" title="{1}">{0}</span><span class="sr-only">{1}</span>', count, text)
