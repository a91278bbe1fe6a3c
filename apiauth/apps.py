from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ApiauthConfig(AppConfig):
    name = "apiauth"
    verbose_name = _("Accounts and keys")
    # Permissions of groups, see apiauth.groups; each app grants those in its own models.
    granted_to = {"Administrator": ["view_account", "change_account", "view_apikey", "add_apikey", "change_apikey"]}

    def ready(self) -> None:
        from apiauth import checks  # noqa: F401 - registers its checks on import
        from apiauth.auth import openapi  # noqa: F401 - registers its extension of the document
        from apiauth.groups import give_groups_their_permissions

        post_migrate.connect(give_groups_their_permissions, dispatch_uid="apiauth.groups")
