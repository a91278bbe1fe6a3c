"""Where mail goes, as EMAIL_URL says it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.mail import settings_of


def test_an_address_names_host_login_and_encryption():
    found = settings_of("submission://staff%40example.com:pass%2Fword@mail.example.com:587")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail.example.com", 587, True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("staff@example.com", "pass/word")
    assert found["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(("query", "seconds"), [("", 10), ("?timeout=3", 3)])
def test_nobody_waits_for_ever_for_a_mail(query, seconds):
    assert settings_of(f"smtp://mail.example.com{query}")["EMAIL_TIMEOUT"] == seconds


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://u:secret@host", "smtp://u:secret@host:x", "smtp://[secret", " "]
)
def test_an_address_that_cannot_be_read_is_refused_and_not_quoted(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL cannot be read") as refused:
        settings_of(url)
    assert "secret" not in str(refused.value)
