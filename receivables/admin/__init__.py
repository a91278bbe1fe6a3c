from receivables.admin.customers import model_admin as customers
from receivables.admin.invoices import model_admin as invoices
from receivables.admin.invoices import tags

__all__ = ["customers", "invoices", "tags"]
