"""What an invoice deserves a warning for, as it is stored."""

from typing import Any

from django.utils.translation import gettext as _

from customers.models import Customer
from receivables.models import Invoice
from receivables.money.texts import CURRENCIES


def warnings_of(invoice: Invoice) -> list[str]:
    """Return what is odd about an invoice, in sentences; `debtor` is the customer it was found to have."""
    is_open = invoice.open_amount is None or invoice.open_amount != 0
    debtor: Any = invoice.debtor  # type: ignore[attr-defined]
    is_of_several = debtor is None and not invoice.company_code and _is_known(invoice)
    told = {
        _("The balance “%(text)s” is not an amount, so the open amount is not known.")
        % {"text": invoice.balance_text}: (invoice.balance_text != "" and invoice.balance_amount is None),
        _("The due date is missing, so the invoice never becomes overdue."): is_open and invoice.due_date is None,
        _("The currency is missing, so the invoice is not added to amounts with a currency."): invoice.currency == "",
        _("“%(currency)s” is not a currency of ISO 4217.") % {"currency": invoice.currency}: (
            invoice.currency != "" and invoice.currency not in CURRENCIES
        ),
        _("No customer with the number %(number)s was sent for this company code.")
        % {"number": invoice.customer_number}: (debtor is None and not is_of_several),
        _(
            "Several customers have the number %(number)s. The invoice names no company code, so it belongs to none of "
            "them."
        )
        % {"number": invoice.customer_number}: is_of_several,
        _("These fields are not part of the contract: %(names)s. They are stored and shown below.")
        % {"names": ", ".join(sorted(invoice.extra))}: bool(invoice.extra),
    }
    return [sentence for sentence, applies in told.items() if applies]


def _is_known(invoice: Invoice) -> bool:
    of_account = Customer.objects.filter(account=invoice.account_id)
    return of_account.numbered(invoice.customer_number).exists()
