"""Why a full load is withheld or refused: messages as those of uploads are."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from receivables.money import amount_text
from receivables.uploads.messages import ExactNumber, Joined, Message, MomentText, Phrase, named

TOO_MANY_ITEMS = Message(
    "too_many_items",
    _("%(group)s: %(count)s of %(open)s open items are missing, more than %(share)s %% and more than %(most)s."),
)
TOO_MUCH_MONEY = Message(
    "too_much_money",
    _(
        "%(group)s: items of %(amount)s are missing, of %(open)s that are open; more than %(share)s %% and more than "
        "%(most)s items."
    ),
)
OVER_AMOUNT_LIMIT = Message(
    "over_amount_limit", _("%(group)s: items of %(amount)s are missing, more than the account's limit of %(most)s.")
)
FEWER_ROWS = Message(
    "fewer_rows",
    _("%(group)s: the load has %(rows)s items and the last one had %(last)s; it needs %(share)s %% of them."),
)
FIRST_LOAD = Message(
    "first_load", _("%(group)s: this is the first full load of the company code. Missing items: %(count)s.")
)
NEW_TO_KEY = Message(
    "new_to_key", _("%(group)s: this key sends its first full load of the company code. Missing items: %(count)s.")
)
NEAR_IDENTITY = Message(
    "near_identity",
    _("%(group)s: missing items that came as new ones, under another spelling of their numbers: %(count)s."),
)
UNREADABLE_ROWS = Message(
    "unreadable_rows",
    _(
        "Refused rows whose items are not known: %(count)s. Neither an invoice number nor a document number of theirs "
        "can be read, or they come after the first %(most)s refused rows of an upload."
    ),
)
FAILED_REQUESTS = Message(
    "failed_requests", _("Requests of the key that were refused or turned away while the load came: %(count)s.")
)
NO_ROWS_OF_CODE = Message(
    "no_rows_of_code", _("%(group)s: the load has no item of this company code. Missing items: %(count)s.")
)
NO_ROWS = Message("no_rows", _("No row of the load was taken, so it says nothing of what is open."))
SEEN_UNKNOWN = Message(
    "seen_unknown",
    _("The rows left the ledger at %(extracted)s, so long ago that it is no longer known what has come since then."),
)

LOAD_OPEN = Message(
    "snapshot_open",
    _("The full load %(url)s of %(codes)s is open. Commit or abandon it first, or send these rows as parts of it."),
)
LOAD_QUEUED = Message(
    "snapshot_open",
    _("The full load %(url)s of %(codes)s waits for a worker or is under way. Send this one when it is finished."),
)
LOAD_COMING = Message(
    "snapshot_open",
    _(
        "The full load %(url)s of %(codes)s is open: it is the uploads of a key, and ends when none has come for some "
        "minutes. Send this one then, or as changes (snapshot=false)."
    ),
)
LOAD_ENDED = Message(
    "snapshot_ended", _("The full load %(id)s takes no more rows, for it has ended (%(state)s). Begin a new one.")
)
LOAD_NOT_IN_PARTS = Message(
    "snapshot_not_in_parts",
    _(
        "The full load %(id)s does not come in parts and ends by itself: it takes no part, commit or end. To send one "
        "in parts, begin it first (POST /jsonApi/snapshots)."
    ),
)
LOAD_NOT_WITHHELD = Message(
    "snapshot_not_withheld",
    _(
        "The full load %(id)s is not withheld (%(state)s). Only a withheld one can be confirmed, the newest of its "
        "company codes."
    ),
)
PARTS_WAITING = Message(
    "parts_waiting",
    _("%(count)s uploads of the full load wait for a worker or are under way. Commit it when they are finished."),
)
PART_UNDER_WAY = Message(
    "parts_waiting", _("A part of the full load is still coming in. Commit it when that has been answered.")
)
PARTS_REFUSED = Message(
    "parts_refused",
    _("Parts were refused and have not been taken since: %(parts)s. Send them again under their numbers."),
)
PART_WITHOUT_NUMBER_REFUSED = Message(
    "parts_refused",
    _(
        "The upload %(id)s of the full load was refused and has no number of a part, so that nobody knows whether its "
        "rows came since. Say how many rows the load has (expectedRows), or begin a new one and number its parts."
    ),
)
PARTS_WITHOUT_NUMBERS = Message(
    "parts_unnumbered",
    _("parts is %(expected)s, but some parts came without a number. Leave parts out, or number all in a new load."),
)
PARTS_MISSING = Message(
    "parts_missing",
    _("parts is %(expected)s, and %(taken)s have been taken. These are missing: %(parts)s. Send them, then commit."),
)
UNEXPECTED_PARTS = Message(
    "unexpected_parts",
    _("parts is %(expected)s, but %(taken)s have been taken. Correct the number, or send the parts that are missing."),
)
UNEXPECTED_ITEMS = Message(
    "unexpected_rows",
    _(
        "expectedRows is %(expected)s, but the parts have %(found)s different items. Correct the number, or send what "
        "is missing."
    ),
)
UPLOAD_WAITING = Message(
    "upload_waiting",
    _(
        "The earlier upload %(id)s of the account waits for a worker or is under way. Send the full load when it is "
        "finished."
    ),
)
STALE_SNAPSHOT = Message(
    "stale_snapshot",
    _(
        "The rows left the ledger before those of the full load %(id)s of %(codes)s, which are of %(at)s. "
        "Send a newer extract."
    ),
)
EMPTY_SNAPSHOT = Message(
    "empty_snapshot",
    _(
        "No row came: a full load without rows says that nothing is open. If that is so, send allowEmpty=true and "
        "name its companyCodes."
    ),
    of_cells=_(
        "The file has no rows: a full load without rows says that nothing is open. If that is so, choose its company "
        "codes under “Full load”."
    ),
)
REFUSED_ROWS_NOT_KNOWN = Message(
    "refused_rows_not_known",
    _(
        "The full load cannot be confirmed: one of its uploads has more than %(most)s refused rows, and it is not "
        "known which items all of them name. Correct the rows and send the full load again."
    ),
)
EMPTY_PARTS = Message(
    "empty_snapshot",
    _(
        "No row of the company codes of the full load was taken, and a full load without rows says that nothing is "
        "open. If that is so, commit it with allowEmpty; else send its rows first."
    ),
)
RENUMBERED = Message(
    "renumbered",
    _(
        "%(count)s of %(created)s new items are open items of the ledger under another spelling of their numbers; the "
        "first is %(url)s. Send the numbers as before. If they are meant to change, a member of staff can let the next "
        "full load of the company code pass."
    ),
)
UNEXPECTED_OPEN = Message(
    "unexpected_open",
    _("%(group)s: expectedOpen is %(expected)s, and %(found)s would be open. Correct the rows or the sum."),
)
OPEN_NOT_NAMED = Message(
    "unexpected_open",
    _("%(group)s: it is not named in expectedOpen, and %(found)s would be open. Correct the rows or name the sum."),
)

MESSAGES = named(vars(), "loads.")
# Why a load is withheld; the others are why it, or a request about it, is refused.
REASONS = [
    *(TOO_MANY_ITEMS, TOO_MUCH_MONEY, OVER_AMOUNT_LIMIT, FEWER_ROWS, FIRST_LOAD, NEW_TO_KEY, NEAR_IDENTITY),
    *(NO_ROWS_OF_CODE, UNREADABLE_ROWS, FAILED_REQUESTS, SEEN_UNKNOWN, NO_ROWS),
]
REASON_CODES = sorted(message.code for message in REASONS)
REFUSALS = [message for message in MESSAGES if message not in REASONS]
BLANK_CODE, ALL_CODES = Phrase(_("blank company code")), Phrase(_("all company codes"))


def moment_text(moment: datetime) -> MomentText:
    """Return a moment as receipts write it: in UTC."""
    return MomentText(moment.astimezone(UTC).isoformat().replace("+00:00", "Z"))


def amount_value(amount: Decimal, decimal_places: int) -> ExactNumber:
    return ExactNumber(amount_text(amount, decimal_places))


def codes_value(codes: Iterable[str]) -> Joined:
    """Return company codes, the blank one by its name."""
    return Joined(code or BLANK_CODE for code in codes)


def group_value(code: str, currency: str = "") -> Joined:
    """Return what a reason is about: a company code, and a currency if it is about one."""
    return Joined([code or BLANK_CODE, *filter(None, [currency])], " ")
