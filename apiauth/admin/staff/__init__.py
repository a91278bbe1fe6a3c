"""Staff and groups in the look of the other pages. Superusers alone see them: they are of all accounts, and whoever
may change a person may make themselves a superuser.
"""

from apiauth.admin.staff import people

__all__ = ["people"]
