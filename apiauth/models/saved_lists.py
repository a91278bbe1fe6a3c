"""Lists of the admin as a member of staff filters them, saved under a name."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.http import QueryDict

LONGEST_QUERY = 2000
# What belongs to one visit of a list: its page, and an error of the address.
PASSING = {"p", "e", "_popup", "_to_field"}


def normalized_query(query: str) -> str:
    """Return the filters and the ordering in the query of an address, written in one way."""
    parameters = [(name, value) for name, values in QueryDict(query).lists() for value in values]
    normalized = QueryDict(mutable=True)
    for name, value in sorted(parameters):
        if value and name not in PASSING:
            normalized.appendlist(name, value)
    return normalized.urlencode()


class SavedList(models.Model):
    """A list with its filters and its ordering. It is its owner's alone, and shows what its owner may see."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_lists")
    rows = models.CharField(max_length=100, help_text="The label of the model, as receivables.invoice.")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=LONGEST_QUERY, help_text="Filters and ordering, by `normalized_query`.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()  # whoever sees a list may save it
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "rows", "name"], name="saved_list_unique_name")]

    def __str__(self) -> str:
        return self.name
