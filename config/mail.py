"""How mail is sent: Django's settings of it, from EMAIL_URL."""

from typing import Any

import dj_email_url
from django.core.exceptions import ImproperlyConfigured

TIMEOUT = 10  # seconds; somebody waits while an invitation is mailed


def settings_of(url: str) -> dict[str, Any]:
    """Return EMAIL_HOST and the like from `submission://user:password@host:587`.

    Raises ImproperlyConfigured, which quotes nothing of the address: it holds a password.
    """
    try:
        found: dict[str, Any] = dj_email_url.parse(url)
    except ValueError:
        found = {}
    if "EMAIL_BACKEND" not in found:
        known = ", ".join(sorted(dj_email_url.SCHEMES))
        raise ImproperlyConfigured(
            f"EMAIL_URL cannot be read. Write submission://user:password@host:587. Known schemes: {known}. "
            "Write %40 for an @ in the user or the password."
        )
    return found | {"EMAIL_TIMEOUT": found["EMAIL_TIMEOUT"] or TIMEOUT}
