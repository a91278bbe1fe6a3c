"""Who owes."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apiauth.models import Account, account_of_row
from customers.imported.models import Change, ImportedQuerySet, ImportedRow, changed_row, of_one_account
from customers.imported.numbers import index_of_spellings
from customers.imported.words import index_of_words, words_of

# What is searched.
WORDS = words_of("company_name", "first_name", "last_name", "email_address", numbers=["customer_number"])


class CustomerQuerySet(ImportedQuerySet["Customer"]):
    def one_of(self, account: Account, pk: int) -> "Customer | None":
        """Return a customer of the account, or None. Each page of what it owes needs it, hence plain SQL."""
        table = self.model._meta.db_table
        found = self.raw(f"SELECT * FROM {table} WHERE id = %s AND account_id = %s", [pk, account.pk])  # noqa: S608
        return next(iter(found), None)


class Customer(ImportedRow):
    """A customer as the feed last described it."""

    IDENTITY = ("company_code", "customer_number_key")
    REQUIRED_IDENTITY = ("customer_number_key",)

    account = account_of_row("customers")
    company_name = models.CharField(max_length=255, blank=True)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    phone_number = models.CharField(max_length=255, blank=True)
    email_address = models.CharField(max_length=320, blank=True, help_text="As sent; it may be no address at all.")

    objects = CustomerQuerySet.as_manager()

    class Meta(ImportedRow.Meta):
        verbose_name, verbose_name_plural = _("customer"), _("customers")
        constraints = [
            *ImportedRow.Meta.constraints,
            # The number leads: by it the list's customerno is looked up, and from an invoice its customer.
            models.UniqueConstraint(
                fields=["account", "customer_number_key", "company_code"], name="%(app_label)s_%(class)s_identity"
            ),
        ]
        indexes = [
            of_one_account("id", name="customers_by_id"),  # the list, page by page
            of_one_account("updated_at", "id", name="customers_by_change"),  # what changed last
            index_of_words(WORDS, name="customers_by_word"),  # search
            index_of_spellings("customer_number_key", name="customers_by_spelling"),  # near identities
        ]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.company_code, self.customer_number, self.name]))

    @property
    def name(self) -> str:
        """The company's name, else the person's, for people."""
        return self.company_name or f"{self.first_name} {self.last_name}".strip()


# SQL for `Customer.name` of a row of `customer`, or NULL.
NAME_OF_CUSTOMER = """nullif(coalesce(
    nullif(customer.company_name, ''), btrim(customer.first_name || ' ' || customer.last_name)), '')"""


class CustomerChange(Change):
    """One entry of a customer's history."""

    customer_id = models.BigIntegerField()
    customer = changed_row(Customer, "customer_id")

    class Meta(Change.Meta):
        indexes = [
            models.Index(fields=["customer_id", "-id"], name="customer_history"),  # the history, newest first
            models.Index(fields=["upload_id", "id"], name="customer_changes_by_upload"),  # what an upload changed
        ]
