"""What groups of staff may do, and warnings of settings that do not fit together."""

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.core import checks
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

GROUPS = ("Viewer", "Collector", "Administrator")  # each may do what those before it may
# What is better known before the first request.
WARNINGS: list[tuple[Callable[[], bool], checks.Warning]] = [
    (
        lambda: not settings.ARE_SECRETS_NAMED,
        checks.Warning(
            "SECRET_KEY or API_KEY_PEPPER is not set; the service uses one it made and keeps in VAR_DIR.",
            hint="Name both in the environment: two hosts with different peppers refuse each other's key pairs.",
            id="apiauth.W001",
        ),
    ),
    (
        lambda: settings.HTTPS and not settings.PROXY_COUNT,
        checks.Warning(
            "HTTPS says that there is a proxy in front, and PROXY_COUNT that there is none.",
            hint="Let the proxy add the client's address to X-Forwarded-For and set PROXY_COUNT=1: until then everyone "
            "logs in from the proxy's address, and whoever guesses passwords locks out all.",
            id="apiauth.W002",
        ),
    ),
    (
        lambda: settings.HAS_MAIL and "@localhost" in settings.DEFAULT_FROM_EMAIL,
        checks.Warning(
            "EMAIL_URL is set and DEFAULT_FROM_EMAIL is not: mail from localhost is taken for unwanted.",
            hint="Set DEFAULT_FROM_EMAIL to an address of yours, as in: Receivables <receivables@example.com>.",
            id="apiauth.W003",
        ),
    ),
]


@checks.register(checks.Tags.security, deploy=True)
def warnings_of_settings(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    return [warning for is_due, warning in WARNINGS if is_due()]


def give_groups_their_permissions(app_config: Any, using: str, apps: Any = installed, **options: Any) -> None:
    """Receive `post_migrate` of one app: make the groups, and give them what its `granted_to` grants in its models.

    Django makes permissions after migrating, with each model: in a migration there are none yet, nor does one run again
    when a later release brings a model. So each `migrate` gives what is missing; what somebody gave besides stays.
    It sends the models as they are then; `flush`, which empties the groups too, sends none.
    """
    granted_to: dict[str, list[str]] = getattr(app_config, "granted_to", {})
    if not granted_to or "auth" not in apps.app_configs:
        return
    create_permissions(app_config, using=using, apps=apps, verbosity=0)  # Django's own turn comes after this one
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")  # noqa: N806
    known = Permission.objects.using(using).filter(content_type__app_label=app_config.label)
    granted: list[str] = []
    for name in GROUPS:
        group, _ = Group.objects.using(using).get_or_create(name=name)
        granted += granted_to.get(name, [])
        group.permissions.add(*known.filter(codename__in=granted))


class ApiauthConfig(AppConfig):
    name = "apiauth"
    verbose_name = _("Accounts and keys")
    # Permissions of groups, see above; each app grants those in its own models.
    granted_to = {"Administrator": ["view_account", "change_account", "view_apikey", "add_apikey", "change_apikey"]}

    def ready(self) -> None:
        from apiauth.distribution import database_checks, model_checks  # noqa: F401 - they register system checks

        post_migrate.connect(give_groups_their_permissions, dispatch_uid="apiauth.groups")
