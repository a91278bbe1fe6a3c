"""System checks: misconfiguration that is better known before the first request."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def secrets_are_named(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.ARE_SECRETS_NAMED:
        return []
    return [
        checks.Warning(
            "SECRET_KEY or API_KEY_PEPPER is not set; the service uses one it made and keeps in VAR_DIR.",
            hint="Name both in the environment: two hosts with different peppers refuse each other's key pairs.",
            id="apiauth.W001",
        )
    ]


@checks.register(deploy=True)
def mail_has_a_sender(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    if not settings.HAS_MAIL or "@localhost" not in settings.DEFAULT_FROM_EMAIL:
        return []
    return [
        checks.Warning(
            "EMAIL_URL is set and DEFAULT_FROM_EMAIL is not: mail from localhost is taken for unwanted.",
            hint="Set DEFAULT_FROM_EMAIL to an address of yours, as in: Receivables <receivables@example.com>.",
            id="apiauth.W003",
        )
    ]


@checks.register(checks.Tags.security, deploy=True)
def proxies_are_counted(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.PROXY_COUNT or not settings.HTTPS:
        return []
    return [
        checks.Warning(
            "HTTPS says that there is a proxy in front, and PROXY_COUNT that there is none.",
            hint="Let the proxy add the client's address to X-Forwarded-For and set PROXY_COUNT=1: until then everyone "
            "logs in from the proxy's address, and whoever guesses passwords locks out all.",
            id="apiauth.W002",
        )
    ]
