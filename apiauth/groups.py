"""What groups of staff may do.

Groups consist of permissions, which Django makes after migrating, with each model: in a migration there are none yet,
nor does one run again when a later release brings a model. So each `migrate` gives these groups what they have here and
what is missing; a permission whose model is not there yet comes with it. What somebody gave besides, they keep.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps as installed
from django.contrib.auth.management import create_permissions

Permitted = dict[str, list[str]]  # a model's label, what one may do with it

VIEWER: Permitted = {
    "customers.customer": ["view"],
    "receivables.invoice": ["view"],
    "receivables.invoicenote": ["view"],
    "uploads.upload": ["view"],
}
COLLECTOR = VIEWER | {
    "receivables.invoicenote": ["view", "add", "change", "delete"],
    "receivables.tag": ["view", "add", "change", "delete"],
    "receivables.invoicetag": ["view", "add", "delete"],
    "uploads.upload": ["view", "add"],
}
ADMINISTRATOR = COLLECTOR | {
    "apiauth.account": ["view", "change"],
    "apiauth.apikey": ["view", "add", "change"],
}
GROUPS = {"Viewer": VIEWER, "Collector": COLLECTOR, "Administrator": ADMINISTRATOR}


def give_groups_their_permissions(app_config: Any, using: str, apps: Any = installed, **options: Any) -> None:
    """Receive `post_migrate` of one app: make the groups, and give them what concerns its models.

    `migrate` sends the models as they are then; `flush`, which empties the groups too, sends none.
    """
    label = app_config.label
    if label not in {model.partition(".")[0] for model in ADMINISTRATOR} or "auth" not in apps.app_configs:
        return
    create_permissions(app_config, using=using, apps=apps, verbosity=0)  # Django's own turn comes after this one
    Group, Permission = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")  # noqa: N806
    for name, permitted in GROUPS.items():
        group, _ = Group.objects.using(using).get_or_create(name=name)
        known = Permission.objects.using(using).filter(content_type__app_label=label)
        group.permissions.add(*known.filter(codename__in=codenames(permitted, label)))


def codenames(permitted: Permitted, label: str) -> Iterator[str]:
    """Yield the codenames of permissions in the models of one app."""
    for name, verbs in permitted.items():
        app, _, model = name.partition(".")
        if app == label:
            yield from (f"{verb}_{model}" for verb in verbs)
