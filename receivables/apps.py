from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReceivablesConfig(AppConfig):
    name = "receivables"
    verbose_name = _("Receivables")
    granted_to = {
        "Viewer": ["view_invoice", "view_invoicenote"],
        "Collector": [
            *("add_invoicenote", "change_invoicenote", "delete_invoicenote"),
            *("view_tag", "add_tag", "change_tag", "delete_tag"),
            *("view_invoicetag", "add_invoicetag", "delete_invoicetag"),
        ],
    }
