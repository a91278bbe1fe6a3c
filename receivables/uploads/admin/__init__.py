from receivables.uploads.admin import receipts

__all__ = ["receipts"]
