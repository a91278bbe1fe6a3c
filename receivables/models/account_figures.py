"""What open items add up to, cached for whoever looks at it; all of it can be computed from the rows at any time.

`receivables.figures` computes it, and says when it is no longer current. Whoever may view invoices may see their sums:
there are no permissions of its own.
"""

from django.db import models

from apiauth.models import Account, OfAccount, SameAccount, within_account
from customers.models import Customer
from receivables.money import DECIMAL_PLACES


class AccountFigures(OfAccount):
    """The figures of an account."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="figures")
    as_of = models.DateField(help_text="The day that ages are counted to.")
    invoices_changed_at = models.DateTimeField(null=True, help_text="The newest change of an invoice in the figures.")
    customers_changed_at = models.DateTimeField(null=True, help_text="The newest change of a customer in the figures.")
    computed_at = models.DateTimeField()
    seconds = models.FloatField(help_text="How long they took.")
    figures = models.JSONField()

    class Meta:
        default_permissions = ()
        constraints = []  # the account is its key

    def __str__(self) -> str:
        return f"figures of {self.as_of}"


class CustomerBalance(OfAccount):
    """What a customer owes in one currency: what lists of customers are ordered by.

    It is of the same day as the figures of its account.
    """

    customer_id = models.BigIntegerField()
    currency = models.CharField(max_length=16, blank=True)
    # Of any number of items: longer than the amount of one.
    amount = models.DecimalField(max_digits=60, decimal_places=DECIMAL_PLACES)

    class Meta(OfAccount.Meta):
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} in {self.currency}"


class OverdueBalance(CustomerBalance):
    """What of it is overdue."""

    customer = within_account(Customer, "customer_id", "overdue_balances")

    class Meta(CustomerBalance.Meta):
        constraints = [
            *CustomerBalance.Meta.constraints,
            models.UniqueConstraint(fields=["account", "customer_id", "currency"], name="overdue_balances_identity"),
            SameAccount(column="customer_id", to="customers.Customer", name="overdue_balances_customer"),
        ]
        indexes = [
            models.Index(fields=["account", "currency", "-amount", "customer_id"], name="overdue_balances_by_amount")
        ]


class OpenBalance(CustomerBalance):
    """What of it is open, credits taken off."""

    customer = within_account(Customer, "customer_id", "open_balances")

    class Meta(CustomerBalance.Meta):
        constraints = [
            *CustomerBalance.Meta.constraints,
            models.UniqueConstraint(fields=["account", "customer_id", "currency"], name="open_balances_identity"),
            SameAccount(column="customer_id", to="customers.Customer", name="open_balances_customer"),
        ]
        indexes = [
            models.Index(fields=["account", "currency", "-amount", "customer_id"], name="open_balances_by_amount")
        ]
