"""What is owed."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apiauth.models import LISTED, account_of_row
from config.api.exact_json import ExactJSONDecoder
from customers.imported.models import Change, ImportedQuerySet, ImportedRow, changed_row, of_one_account
from customers.imported.numbers import index_of_spellings
from customers.imported.words import index_of_words, words_of
from customers.models import Customer
from receivables.models.customer_matching import Belongs, customers_of_outer_item
from receivables.money import CURRENCIES, amount_column, open_amount_expression

# Something is open, or it is not known what: an item whose balance is no amount must not count as settled.
OPEN = models.Q(open_amount=None) | ~models.Q(open_amount=0)
# What open items lack: what a collector has to request from the feed.
NO_AMOUNT = models.Q(open_amount=None)
NO_DUE_DATE = OPEN & models.Q(due_date=None)
UNKNOWN_CURRENCY = OPEN & ~models.Q(currency__in=sorted(CURRENCIES))

# What is searched.
WORDS = words_of(
    "customer_name",
    "reference1",
    "reference2",
    numbers=["customer_number", "invoice_number", "accounting_doc_number", "reference_doc_number"],
)


def today() -> date:
    return timezone.now().date()


def overdue(as_of: date) -> models.Q:
    """Owed to the account and due before a day."""
    return models.Q(due_date__lt=as_of) & (models.Q(open_amount=None) | models.Q(open_amount__gt=0))


def unknown_customer(
    account: Any = OuterRef("account"),  # noqa: B008 - it never changes
    moment: datetime | None = None,
) -> models.Q:
    """Of no customer that was sent, until a moment if one is given: none has their number, or only customers of other
    company codes have it.
    """
    return OPEN & ~models.Q(Exists(customers_of_outer_item(account, moment)))


class ClosedReason(models.TextChoices):
    """Why an item is closed although its feed never said so."""

    MISSING = "missing", _("no longer in the full load")
    WITHDRAWN = "withdrawn", _("withdrawn with the upload that created it")


class InvoiceQuerySet(ImportedQuerySet["Invoice"]):
    def open(self) -> Self:
        return self.filter(OPEN)

    def settled(self) -> Self:
        return self.exclude(OPEN)

    @property
    def today(self) -> date:
        """The day that rows are as of: of their moment, in UTC."""
        return self.moment.astimezone(UTC).date() if self.moment else today()

    def overdue(self, as_of: date) -> Self:
        return self.filter(overdue(as_of))

    def for_customer(self, customer: Customer) -> Self:
        """Items that belong to a customer; `receivables.models.customer_matching` holds the rule."""
        key, code = customer.customer_number_key, customer.company_code
        # As a value, the account says where the look-up of other customers is to be done as well.
        account = Value(customer.account_id)
        return self._belonging(account, Value(code), account=customer.account_id, customer_number_key=key)

    def of_outer_customer(self) -> Self:
        """Items of the customer of a query around this one."""
        account, key, code = (OuterRef(name) for name in ("account", "customer_number_key", "company_code"))
        return self._belonging(models.F("account"), code, account=account, customer_number_key=key)

    def _belonging(self, owner: Any, code: Any, **of_customer: Any) -> Self:
        return self.filter(
            LISTED,
            Belongs(
                account=owner,
                number=models.F("customer_number_key"),
                of_item=models.F("company_code"),
                of_customer=code,
                moment=self.moment,
            ),
            **of_customer,
        )

    def for_customers(self, customers: Iterable[Customer]) -> Self:
        """Items of the numbers of some customers; which of them belong to which is yet to be found out."""
        keys: dict[int, set[str]] = {}
        for customer in customers:
            keys.setdefault(customer.account_id, set()).add(customer.customer_number_key)
        numbered = [models.Q(account=account, customer_number_key__in=own) for account, own in sorted(keys.items())]
        return self.filter(LISTED, reduce(or_, numbered)) if numbered else self.none()


class Invoice(ImportedRow):
    """An open item of the receivables ledger as the feed last described it.

    Names are this project's; the serializers know the contract's. Amounts are exact, in `currency`.
    """

    # An item of a ledger, not an invoice number alone, which may stand on several items (instalments) and begins anew
    # each fiscal year. The customer counts without the zeros of an export that pads, or the first unpadded night would
    # double every debt.
    IDENTITY = (
        "company_code",
        "customer_number_key",
        "invoice_number",
        "accounting_doc_number",
        "fiscal_year",
        "line_item",
    )
    REQUIRED_IDENTITY = ("invoice_number", "customer_number_key")

    account = account_of_row("invoices")
    invoice_number = models.CharField(max_length=64)
    accounting_doc_number = models.CharField(max_length=64, blank=True)
    fiscal_year = models.CharField(max_length=16, blank=True)
    line_item = models.CharField(max_length=32, blank=True)

    customer_name = models.CharField(max_length=255, blank=True)
    profit_center = models.CharField(max_length=255, blank=True)
    sold_to = models.CharField(max_length=255, blank=True)
    billing_address = models.JSONField(null=True, blank=True, decoder=ExactJSONDecoder)
    shipping_address = models.JSONField(null=True, blank=True, decoder=ExactJSONDecoder)

    currency = models.CharField(max_length=16, blank=True)
    invoice_amount = amount_column()
    local_amount = amount_column(null=True, blank=True, help_text="In the company's currency.")
    balance_text = models.CharField(max_length=64, blank=True, help_text="The balance as the feed wrote it.")
    balance_amount = amount_column(
        null=True, blank=True, help_text="The balance as a number; empty if the text is none."
    )

    posting_date = models.DateField(null=True, blank=True)
    invoice_date = models.DateField(null=True, blank=True)
    issue_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    payment_terms = models.CharField(max_length=255, blank=True)

    document_type = models.CharField(max_length=255, blank=True)
    posting_key = models.CharField(max_length=255, blank=True)
    debit_credit_indicator = models.CharField(max_length=255, blank=True)
    fiscal_period = models.CharField(max_length=255, blank=True)
    reason_code = models.CharField(max_length=255, blank=True)
    reason_code_description = models.CharField(max_length=2000, blank=True)
    reference1 = models.CharField(max_length=255, blank=True)
    reference2 = models.CharField(max_length=255, blank=True)
    reference_doc_number = models.CharField(max_length=255, blank=True)
    item_text = models.CharField(max_length=2000, blank=True)
    status = models.CharField(max_length=255, blank=True)

    # Set by full loads, and by an upload that brings the item again; no feed writes them. The item's own status and
    # balance stay as they were sent. No foreign keys: uploads know the rows, not the other way round.
    closed_at = models.DateTimeField(null=True, editable=False)
    closed_by = models.UUIDField(null=True, editable=False, help_text="The upload that closed the item.")
    closed_reason = models.CharField(
        max_length=16, choices=ClosedReason, blank=True, default="", db_default="", editable=False
    )
    created_upload_id = models.UUIDField(null=True, editable=False, help_text="The upload that created the item.")

    open_amount = models.GeneratedField(
        expression=open_amount_expression(),
        output_field=amount_column(null=True),
        db_persist=True,
        help_text="What is owed: debits positive, credits negative, and 0 while the item is closed.",
    )

    objects = InvoiceQuerySet.as_manager()

    class Meta(ImportedRow.Meta):
        verbose_name, verbose_name_plural = _("invoice"), _("invoices")
        constraints = [
            *ImportedRow.Meta.constraints,
            # The invoice number leads: it tells most items apart, it grows from night to night, so that the index grows
            # at its end, and the list's invoiceNumber is looked up by it.
            models.UniqueConstraint(
                fields=[
                    "account",
                    "invoice_number",
                    "customer_number_key",
                    "company_code",
                    "accounting_doc_number",
                    "fiscal_year",
                    "line_item",
                ],
                name="%(app_label)s_%(class)s_identity",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None, closed_reason="")
                | models.Q(closed_at__isnull=False, closed_by__isnull=False, closed_reason__gt=""),
                name="%(app_label)s_%(class)s_closed_by_someone",
            ),
        ]
        indexes = [
            of_one_account("id", name="invoices_by_id"),  # the list, page by page
            of_one_account("updated_at", "id", name="invoices_by_change"),  # what changed last
            of_one_account("customer_number_key", "id", name="invoices_of_customer"),  # customerNumber
            of_one_account("last_upload_id", name="invoices_of_upload"),  # uploadId
            of_one_account("due_date", "id", name="invoices_by_due_date"),  # what is due first, what is overdue
            of_one_account("open_amount", "id", name="invoices_by_open_amount"),  # what is worth a call
            of_one_account("closed_at", "id", name="invoices_by_closing", closed_at__isnull=False),  # closedSince
            index_of_words(WORDS, name="invoices_by_word"),  # search
            index_of_spellings("invoice_number", "customer_number_key", name="invoices_by_spelling"),  # near identities
        ]

    def __str__(self) -> str:
        return f"{self.invoice_number} ({self.customer_number})"


class InvoiceChange(Change):
    """One entry of an invoice's history, with what reports need of the item as it was before: from `valid_from` until
    `changed_at`. An item has one row for any moment: an entry whose time it is, or its own, from `updated_at` on.
    """

    # What a report of an earlier day is made of; see `changes` for the rest.
    BEFORE = ("company_code", "currency", "due_date", "invoice_date", "open_amount")

    invoice_id = models.BigIntegerField()
    invoice = changed_row(Invoice, "invoice_id")
    valid_from = models.DateTimeField(null=True, editable=False, help_text="Empty in entries of earlier releases.")
    company_code = models.CharField(max_length=32, default="", db_default="", editable=False)
    currency = models.CharField(max_length=16, default="", db_default="", editable=False)
    due_date = models.DateField(null=True, editable=False)
    invoice_date = models.DateField(null=True, editable=False)
    open_amount = amount_column(null=True, editable=False)

    class Meta(Change.Meta):
        indexes = [
            models.Index(fields=["invoice_id", "-id"], name="invoice_history"),  # the history, newest first
            # What changed since, and what an upload changed, by its moment.
            models.Index(fields=["account", "changed_at", "id"], name="invoice_changes_by_moment"),
        ]
