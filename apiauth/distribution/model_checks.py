"""System checks of models: whether their tables would fit a cluster. They need no database."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db.models import F, Model, UniqueConstraint
from django.db.models.expressions import OrderBy

from apiauth.distribution.tables import CHECKED_IF_PLAIN, STAY_LOCAL, Kind, checked_foreign_keys, kind_of, stored_models
from apiauth.models import Account
from apiauth.models.owned import KeyWithAccount

# Foreign keys that the database may check, by the kinds of both tables.
ALLOWED = {(Kind.LOCAL, Kind.LOCAL), (Kind.DISTRIBUTED, Kind.REFERENCE)}
REMEDIES = {
    Kind.DISTRIBUTED: "Relate tables of accounts by within_account() and a SameAccount constraint.",
    Kind.LOCAL: "Give it db_constraint=False: the two rows lie on different machines.",
    Kind.REFERENCE: "Give it db_constraint=False: a cluster copies accounts to all machines but not this table.",
}


@checks.register(checks.Tags.models)
def models_fit_a_cluster(**kwargs: Any) -> list[CheckMessage]:
    return [problem for model in stored_models() for problem in problems_of(model)]


def problems_of(model: type[Model]) -> Iterator[CheckMessage]:
    """Yield an error for each reason why the model's table could not be distributed, or stay where it is."""
    yield from _unknown_owner(model)
    yield from _foreign_keys(model)
    if kind_of(model) is Kind.DISTRIBUTED:
        yield from _primary_key(model)
        yield from _unique(model)


def _unknown_owner(model: type[Model]) -> Iterator[CheckMessage]:
    refers = any(field.related_model is Account for field in model._meta.local_fields)
    if refers and kind_of(model) is Kind.LOCAL and model._meta.label not in STAY_LOCAL:
        yield checks.Error(
            f"{model._meta.label} refers to an account, and nothing says whether it is one of the tables of accounts.",
            hint="Derive it from OfAccount, or name it in apiauth.distribution.tables.STAY_LOCAL.",
            obj=model,
            id="apiauth.E001",
        )


def _foreign_keys(model: type[Model]) -> Iterator[CheckMessage]:
    for field in checked_foreign_keys(model):
        kinds = kind_of(model), kind_of(field.remote_field.model)
        if kinds not in ALLOWED and model._meta.label not in CHECKED_IF_PLAIN:
            yield checks.Error(
                f"{field} is a foreign key from a {kinds[0]} to a {kinds[1]} table, which no cluster can check.",
                hint=REMEDIES[Kind.LOCAL if kinds[0] is Kind.LOCAL else kinds[1]],
                obj=model,
                id="apiauth.E002",
            )


def _primary_key(model: type[Model]) -> Iterator[CheckMessage]:
    has_both = any(isinstance(constraint, KeyWithAccount) for constraint in model._meta.constraints)
    if not has_both and "account" not in {field.name for field in model._meta.pk_fields}:
        yield checks.Error(
            f"The primary key of {model._meta.label} lacks the account.",
            hint="Repeat the constraints of OfAccount.Meta in its Meta.",
            obj=model,
            id="apiauth.E003",
        )


def _unique(model: type[Model]) -> Iterator[CheckMessage]:
    fields = [field.name for field in model._meta.local_fields if field.unique and not field.primary_key]
    single = [name for name in fields if name != "account"]
    together = [", ".join(names) for names in model._meta.unique_together if "account" not in names]
    constraints = [each for each in model._meta.constraints if isinstance(each, UniqueConstraint)]
    named = [each.name for each in constraints if "account" not in _columns(each)]
    for name in [*single, *together, *named]:
        yield checks.Error(
            f"{model._meta.label}: {name} is unique without the account, which no cluster can check.",
            hint="Put the account among its fields.",
            obj=model,
            id="apiauth.E004",
        )


def _columns(constraint: UniqueConstraint) -> set[str]:
    expressions = [each.expression if isinstance(each, OrderBy) else each for each in constraint.expressions]
    return {*constraint.fields, *(vars(each)["name"] for each in expressions if isinstance(each, F))}
