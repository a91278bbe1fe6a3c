"""Accounts, the staff who see them, and the lists that staff save."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser


LONGEST_QUERY = 2000
# What belongs to one visit of a list: its page, and an error of the address.
PASSING = {"p", "e", "_popup", "_to_field"}


class Handling(models.TextChoices):
    """What one bad row of an upload does to the others (RFC 7240, section 4.4)."""

    STRICT = "strict", _("strict: refuse all rows")
    LENIENT = "lenient", _("lenient: accept the other rows")


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, user: "AbstractUser | AnonymousUser") -> Self:
        """Accounts that a member of staff may see: a superuser's are all, another's those they belong to."""
        return self if user.is_superuser else self.filter(members=user.pk)


class Account(models.Model):
    """A tenant. Every customer, invoice, upload and key belongs to one, and no query crosses two."""

    name = models.CharField(max_length=100, unique=True, help_text="As your staff know it. Senders see it in whoami.")
    is_active = models.BooleanField(
        "active", default=True, help_text="A disabled account keeps its data; all its keys get 403."
    )
    amount_decimal_places = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(4)],
        help_text=(
            "0 to 4. The published contract has whole numbers: 0 refuses 12.5 with an error, 2 takes 12.50. "
            "Nothing is ever rounded."
        ),
    )
    upload_handling = models.CharField(
        max_length=16,
        choices=Handling,
        default=Handling.STRICT,
        help_text="What one bad row of an upload does, where its sender does not say (with the Prefer header).",
    )
    # The limits of full loads: what passes any of them is closed only when somebody confirms it.
    closing_max_share = models.PositiveSmallIntegerField(
        default=20,
        db_default=20,
        validators=[MaxValueValidator(100)],
        help_text="Percent of the items, or of their open amounts, that a full load may close of a company code and "
        "currency, if they are more than a few.",
    )
    closing_max_items = models.PositiveIntegerField(
        default=50, db_default=50, help_text="So many items it may close whatever their share of all items is."
    )
    closing_max_items_by_amount = models.PositiveIntegerField(
        default=10, db_default=10, help_text="So many it may close whatever their share of the open amounts is."
    )
    closing_max_amount = models.DecimalField(
        max_digits=23,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="The largest sum it may close of a company code and currency; leave empty for none.",
    )
    closing_min_rows = models.PositiveSmallIntegerField(
        default=70,
        db_default=70,
        validators=[MaxValueValidator(100)],
        help_text="Percent of the rows of the last full load that the next one must have.",
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="accounts",
        blank=True,
        help_text="Staff who see this account's data. Superusers see every account.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_decimal_places__lte=4), name="%(app_label)s_%(class)s_decimal_places_max_4"
            )
        ]

    def __str__(self) -> str:
        return self.name


def normalized_query(query: str) -> str:
    """Return the filters and the ordering in the query of an address, written in one way."""
    parameters = [(name, value) for name, values in QueryDict(query).lists() for value in values]
    normalized = QueryDict(mutable=True)
    for name, value in sorted(parameters):
        if value and name not in PASSING:
            normalized.appendlist(name, value)
    return normalized.urlencode()


class SavedList(models.Model):
    """A list of the admin with its filters and ordering. It is its owner's alone, and shows what its owner may see."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_lists")
    rows = models.CharField(max_length=100, help_text="The label of the model, as receivables.invoice.")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=LONGEST_QUERY, help_text="Filters and ordering, by `normalized_query`.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()  # whoever sees a list may save it
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "rows", "name"], name="saved_list_unique_name")]

    def __str__(self) -> str:
        return self.name
