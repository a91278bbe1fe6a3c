from apiauth.admin import accounts
from apiauth.admin.keys import model_admin as keys
from apiauth.admin.staff import people as staff

__all__ = ["accounts", "keys", "staff"]
