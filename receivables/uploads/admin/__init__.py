from receivables.uploads.admin.receipts import model_admin as receipts

__all__ = ["receipts"]
