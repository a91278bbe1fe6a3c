from receivables.admin import customers, invoices, tags

__all__ = ["customers", "invoices", "tags"]
