"""What staff say of an invoice: notes and tags. Feeds never touch them, and they never touch the invoice."""

from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Lower, Now
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from apiauth.models import Account, OfAccount, SameAccount, account_of_parent, account_of_row, within_account

LONGEST_NOTE = 4000


def invoice_of(related_name: str) -> Any:
    """The invoice. No constraint checks it: it would lock rows that an upload writes."""
    return within_account("receivables.Invoice", "invoice_id", related_name)


class InvoiceNote(OfAccount):
    """What a member of staff noted; it is never edited."""

    account = account_of_parent()
    invoice_id = models.BigIntegerField()
    invoice = invoice_of("notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_constraint=False
    )
    author_username = models.CharField(max_length=150, help_text="It stays when the member of staff is gone.")
    text = models.TextField(max_length=LONGEST_NOTE)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(OfAccount.Meta):
        indexes = [models.Index(fields=["invoice_id", "-id"], name="invoice_notes")]  # the timeline, newest first

    def __str__(self) -> str:
        return f"note {self.pk} of {self.author_username}"


class TagQuerySet(models.QuerySet["Tag"]):
    def of_account(self, account: Account | int) -> Self:
        return self.filter(account=account)

    def named(self, name: str) -> Self:
        """Tags of a name by the rule of their constraint, which is not that of `iexact` for every letter."""
        return self.filter(Exact(Lower("name"), Lower(models.Value(name))))

    def made(self, account: int, name: str) -> "Tag":
        """Return an account's tag of this name, which is made if nobody has made it, or makes it at this moment."""
        self.bulk_create([Tag(account_id=account, name=name)], ignore_conflicts=True)
        return self.of_account(account).named(name).get()


class Tag(OfAccount):
    """A word of an account's staff for invoices, in capitals or not the same."""

    account = account_of_row("tags")
    name = models.CharField(max_length=40)
    invoices = models.ManyToManyField(
        "receivables.Invoice", through="receivables.InvoiceTag", related_name="tags", blank=True
    )

    objects = TagQuerySet.as_manager()

    class Meta(OfAccount.Meta):
        verbose_name, verbose_name_plural = _("tag"), _("tags")
        ordering = ["name"]
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint("account", Lower("name"), name="%(app_label)s_%(class)s_unique_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def namesake(self, name: str) -> "Tag | None":
        """Return the other tag of the account that has this name."""
        return Tag.objects.of_account(self.account_id).named(name).exclude(pk=self.pk).first()

    @transaction.atomic
    def take_over(self, other: "Tag") -> None:
        """Put this tag on the invoices of another, which is deleted."""
        carried = InvoiceTag.objects.filter(tag=self).values("invoice_id")
        InvoiceTag.objects.filter(tag=other).exclude(invoice_id__in=carried).update(tag_id=self.pk)
        other.delete()


class InvoiceTag(OfAccount):
    """A tag on an invoice. Both are of one account: only the invoice's page makes one, of tags of its account."""

    account = account_of_parent()
    invoice_id = models.BigIntegerField()
    invoice = invoice_of("invoice_tags")
    tag_id = models.BigIntegerField()
    tag = within_account(Tag, "tag_id", "invoice_tags")
    author_username = models.CharField(max_length=150)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(OfAccount.Meta):
        constraints = [
            *OfAccount.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "invoice_id", "tag_id"], name="%(app_label)s_%(class)s_unique_invoice_tag"
            ),
            SameAccount(column="tag_id", to="receivables.Tag", name="%(app_label)s_%(class)s_tag"),
        ]
        indexes = [models.Index(fields=["tag_id", "invoice_id"], name="invoices_of_tag")]  # the list filtered by tag

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.invoice_id}"
