"""Key pairs: who calls, for which account, and how much of its quotas a key has used."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apiauth.models.accounts import Account

LAST_USE_PRECISION = timedelta(minutes=1)
EXPIRES_SOON = timedelta(days=14)  # staff are warned that long before
STILL_IN_USE = timedelta(days=30)  # whoever used a pair within that time will miss it


class KeyPair(NamedTuple):
    """A pair as its holder sees it. The secret exists here alone: the database keeps its digest."""

    key: str
    secret: str

    def __repr__(self) -> str:
        return f"KeyPair(key={self.key!r})"


def new_key() -> str:
    """Return a key: 96 bits of name. Its prefix, as a secret's, lets secret scanners find leaks."""
    return f"ak_{secrets.token_hex(12)}"


def digest(secret: str) -> str:
    """Return the HMAC-SHA256 of a secret under the service's pepper, 64 hex digits.

    The secret is random and long, so a fast digest is safe, and it costs microseconds where a password
    hash would cost every request a third of a second.
    """
    return hmac.digest(settings.API_KEY_PEPPER.encode(), secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


class Scope(models.TextChoices):
    READ = "read", _("read")
    UPLOAD = "upload", _("upload")
    CONFIRM = "confirm", _("confirm")


def default_scopes() -> list[str]:
    """All but the one to confirm what a full load closes, which a pair gets only from who means it."""
    return [Scope.READ.value, Scope.UPLOAD.value]


class KeyState(models.TextChoices):
    """Whether a pair logs in, and whether it is about to stop."""

    LIVE = "live", _("live")
    EXPIRES_SOON = "expires_soon", _("expires soon")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class CannotBeReplaced(Exception):
    """The pair is not live, or was replaced already."""


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def live(self) -> Self:
        """Keys that log in at this moment: not revoked, not expired."""
        unexpired = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
        return self.filter(unexpired, revoked_at=None)

    def in_state(self, state: KeyState) -> Self:
        soon = models.Q(expires_at__lte=Now() + EXPIRES_SOON)
        return {
            KeyState.LIVE: self.live().exclude(soon),
            KeyState.EXPIRES_SOON: self.live().filter(soon),
            KeyState.EXPIRED: self.filter(revoked_at=None, expires_at__lte=Now()),
            KeyState.REVOKED: self.filter(revoked_at__isnull=False),
        }[state]

    def missed_soon(self) -> Self:
        """Keys that expire soon though somebody uses them, the first to expire first."""
        lately = Now() - STILL_IN_USE
        return self.in_state(KeyState.EXPIRES_SOON).filter(last_used_at__gte=lately).order_by("expires_at")

    def issue(
        self,
        account: Account,
        *,
        name: str = "",
        scopes: list[str] | None = None,
        expires_at: datetime | None = None,
        full_load_minutes: int | None = None,
        replaces: "ApiKey | None" = None,
    ) -> tuple["ApiKey", KeyPair]:
        """Make a pair for the account and return it with its row. The secret cannot be read again."""
        given = {"name": name, "expires_at": expires_at, "full_load_minutes": full_load_minutes, "replaces": replaces}
        row = self.model(account=account, scopes=default_scopes() if scopes is None else scopes, **given)
        pair = row.take_new_pair()
        row.save()
        return row, pair


class ApiKey(models.Model):
    """A key pair of an account. An account may hold several live ones, so that a pair is replaced without a gap."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=100, blank=True, help_text="Which feed or person holds it.")
    key = models.CharField(max_length=40, unique=True, editable=False)
    secret_digest = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope), default=default_scopes)
    full_load_minutes = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text="Its uploads of invoices are changes, where this is empty. Else those that come together are a full "
        "load, which ends when none came for so many minutes.",
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Leave empty for a pair that does not expire.")
    revoked_at = models.DateTimeField(null=True, blank=True, help_text="When the pair was ended; it cannot come back.")
    last_used_at = models.DateTimeField(null=True, editable=False)
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="successor",
        help_text="The pair whose place this one took.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("API key"), _("API keys")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.key})" if self.name else self.key

    @property
    def state(self) -> KeyState:
        """The state at this moment, as `in_state` finds it."""
        if self.revoked_at:
            return KeyState.REVOKED
        left = self.expires_at - timezone.now() if self.expires_at else timedelta.max
        if left <= timedelta(0):
            return KeyState.EXPIRED
        return KeyState.EXPIRES_SOON if left <= EXPIRES_SOON else KeyState.LIVE

    @property
    def is_live(self) -> bool:
        return self.state in (KeyState.LIVE, KeyState.EXPIRES_SOON)

    def succession(self) -> list["ApiKey"]:
        """Return the pairs that replaced each other, this one among them, the first to the last; in one query."""
        pairs = {pair.pk: pair for pair in ApiKey.objects.filter(account=self.account_id)}
        successors = {pair.replaces_id: pair for pair in pairs.values() if pair.replaces_id}
        first = pairs[self.pk]
        while first.replaces_id:
            first = pairs[first.replaces_id]
        chain = [first]
        while chain[-1].pk in successors:
            chain.append(successors[chain[-1].pk])
        return chain

    def take_new_pair(self, key: str = "") -> KeyPair:
        """Give this unsaved row a new pair, of this key where one is named; the caller shows the secret, for the row
        keeps its digest alone.
        """
        pair = KeyPair(key or new_key(), f"sk_{secrets.token_urlsafe(32)}")  # 256 bits of secret
        self.key, self.secret_digest = pair.key, digest(pair.secret)
        return pair

    def replace(self, overlap: timedelta, expires_at: datetime | None = None) -> tuple["ApiKey", KeyPair]:
        """Make a pair that replaces this one and return it with its row; both log in until the overlap is over.

        This one may expire sooner, never later than it would have. Raises CannotBeReplaced.
        """
        with transaction.atomic():
            old = ApiKey.objects.select_for_update().get(pk=self.pk)
            if not old.is_live or ApiKey.objects.filter(replaces=old).exists():
                raise CannotBeReplaced
            end = timezone.now() + overlap
            old.expires_at = min(old.expires_at or end, end)
            old.save(update_fields=["expires_at"])
            return ApiKey.objects.issue(
                old.account,
                name=old.name,
                scopes=old.scopes,
                expires_at=expires_at,
                full_load_minutes=old.full_load_minutes,
                replaces=old,
            )

    def revoke(self) -> None:
        self.revoked_at = timezone.now()
        self.save(update_fields=["revoked_at"])

    def record_use(self) -> None:
        """Note the time, at most once a minute: a feed of a thousand requests writes this row a few times."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at >= LAST_USE_PRECISION:
            type(self).objects.filter(pk=self.pk).update(last_used_at=now)


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
