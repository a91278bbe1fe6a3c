"""What groups of staff may do.

Groups consist of permissions, which Django makes after migrating, with each model: in a migration there are none yet,
nor does one run again when a later release brings a model. So each `migrate` gives these groups what apps grant and
what is missing; a permission whose model is not there yet comes with it. What somebody gave besides, they keep.
"""

from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

GROUPS = ("Viewer", "Collector", "Administrator")  # each may do what those before it may


def give_groups_their_permissions(app_config: Any, using: str, apps: Any = installed, **options: Any) -> None:
    """Receive `post_migrate` of one app: make the groups, and give them what its `granted_to` grants in its models.

    `migrate` sends the models as they are then; `flush`, which empties the groups too, sends none.
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
