"""Requests of keys whose uploads are full loads: which load each is of, and how long it lets that one wait."""

from typing import Self

from django.db import models

from receivables.uploads.models.loads import FullLoad, OfAccount


class LoadRequestQuerySet(models.QuerySet["LoadRequest"]):
    def of_load(self, load: FullLoad) -> Self:
        return self.filter(account=load.account_id, load=load.pk)


class LoadRequest(OfAccount):
    """One request that is part of an automatic full load, noted when it arrives: should it fail, the load knows.

    Without an upload: the requests that were turned away before they were one, `count` of them.
    """

    load = models.ForeignKey(FullLoad, on_delete=models.CASCADE, related_name="requests", db_index=False)
    upload_id = models.UUIDField(null=True)
    count = models.PositiveIntegerField(default=1)
    arrived_at = models.DateTimeField(help_text="Of several, when the last one came.")
    ends_at = models.DateTimeField(help_text="When the load ends, should no other request come until then.")

    objects = LoadRequestQuerySet.as_manager()

    class Meta(OfAccount.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["account", "load", "upload_id"],
                nulls_distinct=False,
                name="%(app_label)s_%(class)s_unique_load_upload",
            )
        ]
        indexes = [models.Index(fields=["load"], name="requests_of_load")]  # of one that is deleted

    def __str__(self) -> str:
        return f"upload {self.upload_id}" if self.upload_id else f"{self.count} failed"
