from django.contrib import admin

from apiauth.admin.base import BY_OWN_ACCOUNT, ReadOnlyAdmin
from customers.models import Customer


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ["customer_number", "company_code", "company_name", "email_address", "account", "updated_at"]
    readonly_fields = ["last_upload_id", "created_at", "updated_at"]
    list_filter = [BY_OWN_ACCOUNT]
    list_select_related = ["account"]
    search_fields = ["customer_number", "company_name", "email_address"]
    show_full_result_count = False  # a count over millions of rows for one line of text
