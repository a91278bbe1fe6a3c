from django.contrib import admin

from apiauth.admin import ReadOnlyAdmin
from receivables.models import Invoice


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = [
        "invoice_number",
        "customer_number",
        "customer_name",
        "company_code",
        "due_date",
        "open_amount",
        "currency",
        "status",
        "account",
    ]
    list_filter = ["account"]
    list_select_related = ["account"]
    search_fields = ["invoice_number", "customer_number", "customer_name", "accounting_doc_number"]
    show_full_result_count = False  # a count over millions of rows for one line of text
