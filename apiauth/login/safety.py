"""Guessing passwords of the admin: from where somebody logs in, when that is locked, and the page that says so.

django-axes counts failures, has one limit for all that it counts by, and on success forgets all of it. Here an
address has a wider limit than a name at an address, and a success clears the name alone: otherwise whoever has a
login of their own could guess at the others' for ever.
"""

import math
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.db.models import Max, QuerySet, Sum
from django.http import HttpRequest, HttpResponse

from config.admin.pages import admin_page


def client_address(request: HttpRequest) -> str | None:
    """Return the address that a request came from, of IPv6 its network: a household has 2**64 of those.

    Each proxy adds the address that it was called from, so that the one PROXY_COUNT from the right is true, whatever a
    client wrote before it. A header that is too short did not come through the proxies.
    """
    peer = request.META.get("REMOTE_ADDR")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not settings.PROXY_COUNT or len(hops) < settings.PROXY_COUNT:
        return _counted_as(peer)
    return _counted_as(hops[-settings.PROXY_COUNT]) or _counted_as(peer)


def _counted_as(address: str | None) -> str | None:
    """Return None for what is no address: a server at a Unix socket names none."""
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(ip_network((parsed, 64), strict=False).network_address) if parsed.version == 6 else str(parsed)


class LockingHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts a name at an address, and the address."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return failures of the name; those of the address count so much less that both have one limit."""
        of_name, of_address = (_failures(attempts) for attempts in self.get_user_attempts(request, credentials))
        return max(of_name, of_address * settings.AXES_FAILURE_LIMIT // settings.LOGIN_FAILURES_OF_ADDRESS)

    def reset_user_attempts(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        of_name, _ = self.filter_user_attempts(request, credentials)
        count, _ = of_name.delete()
        return count

    def locked_seconds(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return after how many seconds there is certainly no lock."""
        of_name, of_address = self.get_user_attempts(request, credentials)
        attempts = of_name if _failures(of_name) >= settings.AXES_FAILURE_LIMIT else of_address
        last = attempts.aggregate(at=Max("attempt_time"))["at"]
        end = (last or request.axes_attempt_time) + settings.AXES_COOLOFF_TIME  # type: ignore[attr-defined]
        return math.ceil((end - request.axes_attempt_time).total_seconds())  # type: ignore[attr-defined]


def _failures(attempts: "QuerySet[AccessAttempt]") -> int:
    return attempts.aggregate(count=Sum("failures_since_start"))["count"] or 0


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer a login that is locked; it does not say whether there is such a name."""
    seconds = LockingHandler().locked_seconds(request, credentials)
    name, minutes = get_client_username(request, credentials) or "", math.ceil(seconds / 60)
    title = admin.site.site_title
    page = admin_page(request, "admin/locked_out.html", title, status=429, minutes=minutes, username=name)
    page["Retry-After"] = str(seconds)
    return page.render()
