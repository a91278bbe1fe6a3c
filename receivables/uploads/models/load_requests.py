"""Requests of keys whose uploads are full loads: which load each is of, and how long it lets that one wait."""

from typing import Self

from django.db import models

from apiauth.models import within_account
from receivables.uploads.models.loads import FullLoad, OfLoad


class LoadRequestQuerySet(models.QuerySet["LoadRequest"]):
    def of_load(self, load: FullLoad) -> Self:
        return self.filter(account=load.account_id, load_id=load.pk)


class LoadRequest(OfLoad):
    """One request that is part of an automatic full load, noted when it arrives: should it fail, the load knows.

    Without an upload: the requests that were turned away before they were one, `count` of them.
    """

    load = within_account(FullLoad, "load_id", "requests")
    upload_id = models.UUIDField(null=True)
    count = models.PositiveIntegerField(default=1)
    arrived_at = models.DateTimeField(help_text="Of several, when the last one came.")
    ends_at = models.DateTimeField(help_text="When the load ends, should no other request come until then.")

    objects = LoadRequestQuerySet.as_manager()

    class Meta(OfLoad.Meta):
        constraints = [
            *OfLoad.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "load_id", "upload_id"],
                nulls_distinct=False,
                name="%(app_label)s_%(class)s_unique_load_upload",
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.upload_id}" if self.upload_id else f"{self.count} failed"
