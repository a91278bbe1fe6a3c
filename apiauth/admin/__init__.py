from apiauth.admin import accounts, staff
from apiauth.admin.keys import model_admin as keys

__all__ = ["accounts", "keys", "staff"]
