from apiauth.admin import accounts, keys, staff

__all__ = ["accounts", "keys", "staff"]
