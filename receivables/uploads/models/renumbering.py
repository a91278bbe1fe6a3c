"""Leave of staff for full loads that bring items under other spellings of their numbers."""

from collections.abc import Sequence
from typing import Self

from django.db import models
from django.utils import timezone

from apiauth.models import OfAccount, outer_account
from receivables.uploads.models.loads import CAME_TO_NOTHING, FullLoad


class RenumberingPassQuerySet(models.QuerySet["RenumberingPass"]):
    def valid(self, accounts: Sequence[int]) -> Self:
        """Those of these accounts that no load has used yet, or one that came to nothing."""
        came_to_nothing = FullLoad.objects.filter(
            account=outer_account(accounts), pk=models.OuterRef("used_by"), state__in=CAME_TO_NOTHING
        )
        is_unused = models.Q(used_by=None) | models.Exists(came_to_nothing)
        return self.filter(is_unused, account__in=accounts, expires_at__gt=timezone.now())


class RenumberingPass(OfAccount):
    """Staff's leave for the next full load of a company code to bring items under other spellings."""

    company_code = models.CharField(max_length=32, blank=True)
    staff_username = models.CharField(max_length=150)
    expires_at = models.DateTimeField()
    used_by = models.UUIDField(null=True, help_text="The full load that used it.")

    objects = RenumberingPassQuerySet.as_manager()

    class Meta(OfAccount.Meta):
        default_permissions = ()
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "company_code"],
                condition=models.Q(used_by=None),
                name="%(app_label)s_%(class)s_unique_unused",
            ),
        ]
        indexes = [models.Index(fields=["account", "company_code", "-expires_at"], name="renumbering_passes_of_code")]

    def __str__(self) -> str:
        return f"{self.company_code or '(blank)'} until {self.expires_at:%Y-%m-%d %H:%M}"
