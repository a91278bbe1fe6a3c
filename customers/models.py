"""Who owes."""

from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from apiauth.models import Account
from config.api.exact_json import ExactJSONDecoder
from customers.imported.history import Change, changed_row
from customers.imported.models import of_one_account
from customers.imported.numbers import key_of, number_key
from customers.imported.spellings import index_of_spellings
from customers.imported.words import index_of_words, words_of

# What is searched.
WORDS = words_of("company_name", "first_name", "last_name", "email_address", numbers=["customer_number"])


class CustomerQuerySet(models.QuerySet["Customer"]):
    def of_account(self, account: Account) -> Self:
        return self.filter(account=account)

    def numbered(self, customer_number: str) -> Self:
        """Customers of a number, padded with zeros or not."""
        return self.filter(customer_number_key=number_key(customer_number))

    def one_of(self, account: Account, pk: int) -> "Customer | None":
        """Return a customer of the account, if it is one: asked as it stands, for each page of what it owes asks it."""
        table = self.model._meta.db_table
        found = self.raw(f"SELECT * FROM {table} WHERE id = %s AND account_id = %s", [pk, account.pk])  # noqa: S608
        return next(iter(found), None)


class Customer(models.Model):
    """A customer as the feed last described it; an absent text is empty."""

    # What identifies a row within its account: a number is the same customer padded with zeros or not.
    IDENTITY = ("company_code", "customer_number_key")
    REQUIRED_IDENTITY = ("customer_number_key",)  # what is never blank of it

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="customers", db_index=False)
    company_code = models.CharField(max_length=32, blank=True)
    customer_number = models.CharField(max_length=64)
    company_name = models.CharField(max_length=255, blank=True)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    phone_number = models.CharField(max_length=255, blank=True)
    email_address = models.CharField(max_length=320, blank=True, help_text="As sent; it may be no address at all.")
    extra = models.JSONField(
        default=dict,
        blank=True,
        decoder=ExactJSONDecoder,
        help_text="What the feed sent under keys the contract lacks.",
    )

    customer_number_key = models.GeneratedField(
        expression=key_of("customer_number"), output_field=models.TextField(), db_persist=True
    )
    # The upload that last changed the row. No foreign key: uploads know customers, not the other way round.
    last_upload_id = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("customer"), _("customers")
        constraints = [
            # The number leads: by it the list's customerno is looked up, and from an invoice its customer.
            models.UniqueConstraint(
                fields=["account", "customer_number_key", "company_code"], name="%(app_label)s_%(class)s_identity"
            )
        ]
        indexes = [
            of_one_account("id", name="customers_by_id"),  # the list, page by page
            of_one_account("updated_at", "id", name="customers_by_change"),  # what changed last
            index_of_words(WORDS, name="customers_by_word"),  # search
            index_of_spellings("customer_number_key", name="customers_by_spelling"),  # near identities
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.company_code, self.customer_number, self.company_name]))

    @property
    def name(self) -> str:
        """The company's name, else the person's."""
        return self.company_name or f"{self.first_name} {self.last_name}".strip()


class CustomerChange(Change):
    """One entry of a customer's history."""

    customer = changed_row(Customer)

    class Meta(Change.Meta):
        indexes = [
            models.Index(fields=["customer", "-id"], name="customer_history"),  # the history, newest first
            models.Index(fields=["upload_id", "id"], name="customer_changes_by_upload"),  # what an upload changed
        ]
