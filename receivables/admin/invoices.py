from django.contrib import admin

from apiauth.admin.base import BY_OWN_ACCOUNT, ReadOnlyAdmin
from receivables.admin.cells import money
from receivables.models import Invoice


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = [
        "invoice_number",
        "customer_number",
        "customer_name",
        "company_code",
        "due_date",
        "open",
        "currency",
        "status",
        "account",
    ]
    readonly_fields = ["open_amount", "last_upload_id", "created_at", "updated_at"]
    list_filter = [BY_OWN_ACCOUNT]
    list_select_related = ["account"]
    search_fields = ["invoice_number", "customer_number", "customer_name", "accounting_doc_number"]
    show_full_result_count = False  # a count over millions of rows for one line of text

    @admin.display(description="open amount", ordering="open_amount")
    def open(self, invoice: Invoice) -> str | None:
        return money(invoice.open_amount, invoice.currency)
