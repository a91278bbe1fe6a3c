from receivables.uploads.admin.loads import model_admin as loads
from receivables.uploads.admin.receipts import model_admin as receipts

__all__ = ["loads", "receipts"]
