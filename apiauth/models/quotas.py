"""What a request is counted as, and how much of its quota a key has used."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apiauth.models.keys import ApiKey


class Policy(models.TextChoices):
    """What a request is counted as; each has a quota of its own."""

    READ = "read", _("read: lists, single rows, receipts")
    UPLOAD = "upload", _("upload")
    REPORT = "report", _("report: totals, whole lists as files")


class QuotaUse(models.Model):
    """How much of a quota a key has used up, as of its last request. The table is UNLOGGED: a crash of the database
    empties it, and every key begins with its whole quota.
    """

    pk = models.CompositePrimaryKey("api_key", "policy")
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="quota_uses", db_index=False)
    policy = models.CharField(max_length=16, choices=Policy)
    used = models.FloatField(help_text="Requests. It runs down evenly, by the quota in each window.")
    counted_at = models.DateTimeField(help_text="The database's clock at the last request.")
    is_admitted = models.BooleanField(help_text="Whether the last request was within the quota.")

    def __str__(self) -> str:
        return f"{self.policy} of key {self.api_key_id}"
