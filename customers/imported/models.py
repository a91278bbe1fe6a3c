"""What every table of imported rows has."""

from django.db import models


def of_one_account(*fields: str, name: str) -> models.Index:
    """An index for what is asked of one account's rows.

    Every account's id is above zero, which PostgreSQL knows of the one that a list names. Of the one that an upload's
    look-up hides it does not, and so cannot take this index for that of identities: in a young table it would, for
    any of them seems to lead to one row.
    """
    return models.Index(fields=["account", *fields], name=name, condition=models.Q(account__gt=0))
