from receivables.admin import customers, invoices

__all__ = ["customers", "invoices"]
