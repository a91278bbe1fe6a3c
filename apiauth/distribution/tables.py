"""Which tables lie where on a cluster, found out from the models.

- Distributed: the tables of accounts (`OfAccount`). All rows of one account lie together on one machine.
- Reference: the accounts, copied to every machine, so that rows there can refer to them.
- Local: all other tables. They stay on the coordinator, the machine that the service connects to.
"""

from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import ForeignKey, Model

from apiauth.models import Account, OfAccount

COLUMN = "account_id"  # that says on which machine a row lies
# Models that refer to an account and stay on the coordinator: to log in, a key pair is looked up before its account is
# known; members are users, who belong to several accounts. More of them have db_constraint=False there.
STAY_LOCAL = {"apiauth.ApiKey", "apiauth.Account_members"}
# Those of them whose foreign key `distribute` drops, and `undistribute` adds again.
CHECKED_IF_PLAIN = {"apiauth.ApiKey", "apiauth.Account_members"}


class Kind(StrEnum):
    DISTRIBUTED = "distributed"
    REFERENCE = "reference"
    LOCAL = "local"


def kind_of(model: type[Model]) -> Kind:
    if issubclass(model, OfAccount):
        return Kind.DISTRIBUTED
    return Kind.REFERENCE if model is Account else Kind.LOCAL


def stored_models() -> list[type[Model]]:
    """Return all models that have a table which Django makes, those between two others as well."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def checked_foreign_keys(model: type[Model]) -> "list[ForeignKey[Any, Any]]":
    """Return Django's own that the database checks."""
    found = [field for field in model._meta.local_fields if isinstance(field, ForeignKey)]
    return [field for field in found if vars(field)["db_constraint"]]


def tables(kind: Kind) -> list[str]:
    return sorted(model._meta.db_table for model in stored_models() if kind_of(model) is kind)
