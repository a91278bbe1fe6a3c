"""Moments that reports are of: what was known of an account's ledger then.

Uploads know the moments. They stand above the reports, so `receivables.uploads` fills in `uploads` when it starts.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal, NamedTuple, NoReturn
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from config.api.problems import Unprocessable
from config.http.addresses import link_to
from customers.imported.models import ImportedRow
from customers.models import Customer
from receivables.models import today

NOW: Literal["now"] = "now"
OF_TWO_MOMENTS = ("since", "until")  # parameters of reports that have no knownAt
# What a request may name: `now`, a moment, or an upload or full load by its id.
Named = Literal["now"] | datetime | UUID


@dataclass(frozen=True)
class LastUpload:
    """The last upload of invoices that an answer contains."""

    id: UUID
    kind: str
    merged_at: datetime
    extracted_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "url": link_to(settings.UPLOAD_URL, self.id),
            "kind": self.kind,
            "mergedAt": moment_text(self.merged_at),
            "extractedAt": self.extracted_at and moment_text(self.extracted_at),
        }


@dataclass(frozen=True)
class Known:
    """A moment that can be answered, and the last upload of invoices until then."""

    moment: datetime
    last_upload: LastUpload

    @property
    def text(self) -> str:
        return moment_text(self.moment)

    def members(self) -> dict[str, Any]:
        """Return what an answer as of the moment has more than one of today."""
        return {"knownAt": self.text, "lastUpload": self.last_upload.as_json()}

    def headers(self) -> dict[str, str]:
        """Return the same for a file."""
        return {"X-Known-At": self.text, "X-Last-Upload": str(self.last_upload.id)}


@dataclass(frozen=True)
class EndedLoad:
    """A full load that closed what it lacked, or lacked nothing; it ended at `moment`."""

    id: UUID
    moment: datetime
    extracted_at: datetime | None
    company_codes: list[str]


class Course(NamedTuple):
    """From the moment of a full load's first upload to the moment of its end."""

    began: datetime
    ended: datetime


@dataclass(frozen=True)
class Span:
    """Which moments of an account can be answered: from `first` on, which is empty where no invoices were uploaded. The
    last upload was at `last`; `now` is the database's clock.
    """

    first: datetime | None
    last: datetime | None
    now: datetime


class UploadMoments(ABC):
    """What uploads know of the moments of an account."""

    @abstractmethod
    def span(self, account_id: int) -> Span:
        """Return which moments can be answered: from the first upload of invoices on, or from the last one of which it
        is not known what it changed.
        """

    @abstractmethod
    def moment_of(self, account_id: int, upload_or_load: UUID) -> datetime | None:
        """Return when an upload merged, or a full load ended; None if the account has none that did."""

    @abstractmethod
    def last_upload(self, account_id: int, until: datetime | None = None) -> LastUpload | None:
        """Return the last upload of invoices, until a moment if one is given."""

    @abstractmethod
    def first_full_load(self, account_id: int, after: datetime, codes: Collection[str] = ()) -> EndedLoad | None:
        """Return the first full load that ended after a moment; with `codes`, the first of any of these company codes.
        One that is withheld or was taken back does not count.
        """

    @abstractmethod
    def last_full_load(self, account_id: int) -> Course | None:
        """Return the course of the full load that ended last; one that is withheld or was taken back does not count."""

    @abstractmethod
    def moments_of(self, account_id: int, uploads: Collection[UUID]) -> dict[UUID, datetime]:
        """Return when each of these uploads of an account merged."""

    @abstractmethod
    def settle(self, account_id: int, moment: datetime) -> None:
        """Wait until no upload under way can change what was known at a moment. Raises OperationalError if that takes
        too long.
        """


class LastUploadSerializer(serializers.Serializer[Any]):
    """The last upload of invoices that an answer contains."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    kind = serializers.CharField(help_text="As its receipt has it.")
    mergedAt = serializers.DateTimeField(help_text="Its moment.")
    extractedAt = serializers.DateTimeField(
        allow_null=True, help_text="When its rows left the ledger, if its sender said so."
    )


class AsOfMomentSerializer(serializers.Serializer[Any]):
    """What an answer as of a moment has more than one of today."""

    knownAt = serializers.DateTimeField(
        required=False, help_text="Of an answer as it was: the moment that it was known at, in UTC."
    )
    lastUpload = LastUploadSerializer(
        required=False, help_text="Of an answer as it was: the last upload of invoices that it contains."
    )


uploads: UploadMoments = None  # type: ignore[assignment] # filled in by `receivables.uploads.apps`


def end_of_day(day: date) -> datetime:
    """Return the last moment of a day (UTC)."""
    return datetime.combine(day, time.max, UTC)


def moment_text(moment: datetime) -> str:
    """Return a moment as answers name it: in UTC, with microseconds, so that it can be named again."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def known_at(account_id: int, named: Named | None, as_of: date | None) -> tuple[date, Known | None]:
    """Return the day that ages are counted to, and what was known of the ledger; None for what is known now.

    Without `named`, a day before today is answered as it was known at its end; without `as_of`, the day is that of the
    moment. Raises Unprocessable.
    """
    if named is None and as_of is not None and as_of < today():
        return as_of, answerable(account_id, end_of_day(as_of), "asOf")
    if named is None or named == NOW:
        return as_of or today(), None
    known = answerable(account_id, moment_named(account_id, named, "knownAt"), "knownAt")
    return as_of or known.moment.astimezone(UTC).date(), known


def moment_named(account_id: int, named: datetime | UUID, field: str) -> datetime:
    """Return a moment, or the one right after an upload or full load. Raises Unprocessable, about the `field`."""
    if isinstance(named, datetime):
        return named
    moment = uploads.moment_of(account_id, named)
    if moment is None:
        message = _(
            "This account has no upload that stored rows, and no full load that ended, under the id %(id)s. Name "
            "another, or a moment."
        )
        raise Unprocessable(field, message % {"id": named}, "unknown_load")
    return moment


def answerable(account_id: int, moment: datetime, field: str) -> Known:
    """Return what was known at a moment, once no upload can change it any more. Raises Unprocessable, about the
    `field`, where the moment is in the future, or before the first that can be answered.
    """
    span = uploads.span(account_id)
    if moment > max(span.now, span.last or span.now):
        message = _("The moment lies in the future; it is %(now)s now. Name an earlier one, or leave it out.")
        raise Unprocessable(field, message % {"now": moment_text(span.now)}, "in_future")
    uploads.settle(account_id, moment)
    first, last = uploads.span(account_id).first, uploads.last_upload(account_id, moment)
    if first is None or moment < first or last is None:
        raise Unprocessable(field, _not_known(first, field), "not_known_then")
    return Known(moment, last)


def customer_then(customer: Customer, known: Known, field: str) -> Customer:
    """Return a customer as it was known. Raises Unprocessable, about the `field`, for one that came later."""
    then = Customer.objects.at(known.moment).filter(account=customer.account_id, pk=customer.pk).first()
    if then is None:
        not_there_yet(customer, field)
    then.account = customer.account
    return then


def not_there_yet(row: ImportedRow, field: str) -> NoReturn:
    """Raise Unprocessable, about the `field`, for a row that came after a moment."""
    message = _("It was not known at that moment: it came at %(first)s. %(remedy)s")
    remedy = message % {"first": moment_text(row.created_at), "remedy": _remedy()}
    raise Unprocessable(field, remedy, "not_known_then")


def latest(account_id: int) -> Known | None:
    """Return what is known by the last upload of invoices; None where the account has none."""
    last = uploads.last_upload(account_id)
    return Known(last.merged_at, last) if last else None


def _not_known(first: datetime | None, field: str) -> str:
    if first is None:
        message = _("What was open is not known of any moment: no upload of invoices was stored yet.")
        remedy = _("With knownAt=now the answer is made of what is known now.")
        return message if field in OF_TWO_MOMENTS else f"{message} {remedy}"
    message = _("What was open is known from %(first)s on. %(remedy)s")
    remedy = _("Name a moment from then on.") if field in OF_TWO_MOMENTS else _remedy()
    return message % {"first": moment_text(first), "remedy": remedy}


def _remedy() -> str:
    return _("Name a moment from then on, or knownAt=now for an answer made of what is known now.")
