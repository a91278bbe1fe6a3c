"""What PUBLIC_URL may name, and what follows from it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.http.addresses import PublicURL

GOOD = {
    "": ("", "", ""),
    "https://receivables.example.com": ("https://receivables.example.com", "receivables.example.com", ""),
    "https://Receivables.Example.com/": ("https://receivables.example.com", "receivables.example.com", ""),
    "https://example.com:443/ar/": ("https://example.com", "example.com", "/ar"),
    "http://intranet:8080/finance/ar": ("http://intranet:8080", "intranet", "/finance/ar"),
    "https://[2001:db8::1]:8443/ar": ("https://[2001:db8::1]:8443", "[2001:db8::1]", "/ar"),
}
BAD = [
    "receivables.example.com",
    "/ar",
    "https://",
    "ftp://example.com",
    "https://ada:secret@example.com",
    "https://example.com:port/",
    "https://example.com/?a=1",
    "https://example.com/#a",
    "https://example.com//ar",
    "https://example.com/a b",
    "https://example.com/%61r",
    "https://example.com/admin",
    "https://example.com/jsonApi/v1",
    "https://[example.com/",
]
TOLD = """
import django
from django.conf import settings
django.setup()
print(settings.ALLOWED_HOSTS[-1], settings.CSRF_TRUSTED_ORIGINS, settings.SESSION_COOKIE_NAME,
      settings.SESSION_COOKIE_PATH, settings.CSRF_COOKIE_NAME, settings.STATIC_URL, settings.SECURE_REDIRECT_EXEMPT)
"""


@pytest.mark.parametrize(("text", "parts"), GOOD.items(), ids=GOOD)
def test_an_address_is_read_as_origin_host_and_prefix(text, parts):
    public = PublicURL.parsed(text)
    assert (public.origin, public.host, public.prefix) == parts


@pytest.mark.parametrize("text", BAD)
def test_what_no_link_could_begin_with_is_refused_without_being_quoted(text):
    with pytest.raises(ImproperlyConfigured) as refused:
        PublicURL.parsed(text)
    assert "secret" not in str(refused.value)


def settings_told(**variables):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings", "VAR_DIR": str(settings.VAR_DIR)}
    told = subprocess.run(
        [sys.executable, "-c", TOLD],
        cwd=settings.BASE_DIR,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.strip()


def test_a_prefix_is_that_of_cookies_files_and_probes():
    assert settings_told(PUBLIC_URL="https://example.com/ar", HTTPS="true") == (
        "example.com ['https://example.com'] __Secure-receivables_sessionid /ar/ __Secure-receivables_csrftoken "
        r"/ar/static/ ['^ar/(healthz|readyz)/?$']"
    )


def test_without_a_prefix_cookies_are_those_of_the_host():
    assert settings_told(PUBLIC_URL="https://example.com", HTTPS="true") == (
        "example.com ['https://example.com'] __Host-sessionid / __Host-csrftoken /static/ ['^(healthz|readyz)/?$']"
    )
