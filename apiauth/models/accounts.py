"""Accounts, and the staff who see them."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser


class Handling(models.TextChoices):
    """What one bad row of an upload does to the others (RFC 7240, section 4.4)."""

    STRICT = "strict", _("strict: refuse all rows")
    LENIENT = "lenient", _("lenient: accept the other rows")


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, user: "AbstractUser | AnonymousUser") -> Self:
        """Accounts that a member of staff may see: a superuser's are all, another's those they belong to."""
        return self if user.is_superuser else self.filter(members=user.pk)


class Account(models.Model):
    """A tenant. Every customer, invoice, upload and key belongs to one, and no query crosses two."""

    name = models.CharField(max_length=100, unique=True, help_text="As your staff know it. Senders see it in whoami.")
    is_active = models.BooleanField(
        "active", default=True, help_text="A disabled account keeps its data; all its keys get 403."
    )
    amount_decimal_places = models.PositiveSmallIntegerField(
        default=0,
        validators=[MaxValueValidator(4)],
        help_text=(
            "0 to 4. The published contract has whole numbers: 0 refuses 12.5 with an error, 2 takes 12.50. "
            "Nothing is ever rounded."
        ),
    )
    upload_handling = models.CharField(
        max_length=16,
        choices=Handling,
        default=Handling.STRICT,
        help_text="What one bad row of an upload does, where its sender does not say (with the Prefer header).",
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        related_name="accounts",
        blank=True,
        help_text="Staff who see this account's data. Superusers see every account.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("account"), _("accounts")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount_decimal_places__lte=4), name="%(app_label)s_%(class)s_decimal_places_max_4"
            )
        ]

    def __str__(self) -> str:
        return self.name
