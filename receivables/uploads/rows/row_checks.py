"""Checks across the fields of a row: what is stored as it was sent, but was perhaps not meant so.

They read records, which are the same however a row was read, a batch at a time and column by column: the set of the
values of a column costs a fraction of a walk over the rows. A row is judged by its own values. Values that it leaves
out may be stored already, but they are not looked up.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any

from receivables.money import PLAIN_INDICATORS, is_unusual_key, side_of, side_of_indicator
from receivables.uploads import warnings
from receivables.uploads.findings import Findings
from receivables.uploads.messages import printable
from receivables.uploads.storing.staging import Record, layout_of

Kind = tuple[str, str]  # the code of a warning, and the column it is about

_CURRENCY_CODE = re.compile("[A-Za-z]{3}")  # as ISO 4217 writes them, in capitals or not
LONGEST_VALUE = 40  # characters of a value that a warning quotes
REMEMBERED = 2_000
MOST_VALUES = 1_000  # of currencies and of statuses that are looked up; no honest feed has more
SETTLED = "settled_status_but_open"  # is warned of once it is known what is open

_side_of = lru_cache(REMEMBERED)(side_of)


@lru_cache(REMEMBERED)
def _indicator_warning(indicator: str) -> str:
    if not indicator or indicator in PLAIN_INDICATORS:
        return ""
    return "indicator_spelling" if side_of_indicator(indicator) else "unknown_indicator"


# Statuses that say that nothing is owed any more, as ledgers write them. Whole texts are compared, so that `unpaid`,
# `partly paid` and `paid in error` are none. Left out is what some ledgers write of items that are still owed:
# `posted`, `completed`, `abgeschlossen` and `done` are said of the document, `in payment` of money that has not come,
# `verrechnet` of what was billed as well, `refunded` of a payment. A single letter means another thing in each ledger.
PAID = (  # the money has come
    *("paid", "paid in full", "fully paid", "paid off", "payment received", "collected", "remitted"),
    *("bezahlt", "vollständig bezahlt", "voll bezahlt", "beglichen", "vollständig beglichen"),
    *("payé", "payée", "paye", "payee", "réglé", "réglée", "regle", "encaissé", "pagado", "pagada", "cobrado"),
    *("cobrada", "pagato", "pagata", "incassato", "betaald", "voldaan", "pago", "paga"),
)
CLEARED = (  # payment and item were set against each other
    *("cleared", "settled", "closed", "reconciled", "fully applied", "fully cleared", "fully settled"),
    *("ausgeglichen", "geschlossen", "erledigt"),
    *("soldé", "soldée", "lettré", "lettrée", "clôturé", "saldado", "saldada", "compensado", "cerrado"),
    *("cerrada", "saldato", "saldata", "chiuso", "chiusa", "afgesloten", "vereffend"),
)
VOID = (  # it is owed no more, or never was
    *("void", "voided", "cancelled", "canceled", "cancel", "reversed", "annulled", "deleted"),
    *("storniert", "storno", "annulliert", "gelöscht"),
    *("annulé", "annulée", "anulado", "anulada", "cancelado", "cancelada", "annullato", "annullata", "stornato"),
    *("stornata", "geannuleerd"),
)
WRITTEN_OFF = (  # the money is not expected any more
    *("written off", "write off", "writeoff", "bad debt written off", "uncollectible", "waived", "forgiven"),
    *("ausgebucht", "abgeschrieben", "uneinbringlich"),
    *("incobrable", "passé en perte", "stralciato", "afgeschreven"),
)
SETTLED_STATUSES = frozenset([*PAID, *CLEARED, *VOID, *WRITTEN_OFF])
_BETWEEN_WORDS = re.compile(r"[\W_]+")
LONGEST_STATUS = 40  # characters; no longer text is one of them


@lru_cache(REMEMBERED)
def says_settled(status: str) -> bool:
    """Whether a status says that nothing is owed, in capitals or not, with blanks or marks between its words."""
    return len(status) <= LONGEST_STATUS and _BETWEEN_WORDS.sub(" ", status.casefold()).strip() in SETTLED_STATUSES


# Columns whose single values may deserve a warning, each with the function that returns its code.
VALUES: dict[str, Callable[[str], str]] = {
    "debit_credit_indicator": _indicator_warning,
    "posting_key": lambda key: "posting_key_spelling" if is_unusual_key(key) else "",
    "currency": lambda code: "odd_currency" if code and not _CURRENCY_CODE.fullmatch(code) else "",
    "status": lambda status: SETTLED if says_settled(status) else "",
}


class RowChecks:
    """What was noted in the rows of one upload. `names` has the wire's name of each column."""

    def __init__(self, model: Any, names: Mapping[str, str]):
        layout, self.names = layout_of(model), names
        at = layout.all_columns.index
        self._position_of = {column: at(column) for column in VALUES}
        self._due, self._invoiced = at("due_date"), at("invoice_date")
        self._balance, self._text, self._amount = at("balance_amount"), at("balance_text"), at("invoice_amount")
        self._signs = itemgetter(at("debit_credit_indicator"), at("posting_key"))
        self._brings_balance = layout.bits["balance_text"]
        self.indexes: dict[Kind, list[int]] = defaultdict(list)
        self.first_values: dict[Kind, tuple[int, str]] = {}
        self.currencies: set[str] = set()
        self.settled_statuses: set[str] = set()  # of rows in which something may be open all the same

    def check(self, records: list[Record]) -> None:
        """Note what deserves a warning in the records of valid rows, in the order of the array."""
        for column, at in self._position_of.items():
            values = {record[at] for record in records}
            if codes := {value: code for value in values if (code := VALUES[column](value))}:
                self._note_values(records, column, codes)
            if column == "currency" and len(self.currencies) < MOST_VALUES:
                self.currencies |= values
        self._check_days(records)
        self._check_debits(records)

    def forget(self, indexes: Iterable[int]) -> None:
        """Leave out rows that were removed from the stage."""
        gone = set(indexes)
        for kind, noted in self.indexes.items() if gone else ():
            self.indexes[kind] = [index for index in noted if index not in gone]

    def warn(self, findings: Findings) -> None:
        for (code, column), indexes in self.indexes.items():
            if indexes:
                name = self.names[column]
                findings.warn(code, name, indexes)
                if first := self.first_values.get((code, column)):  # if the warning is about values
                    value = printable(first[1][:LONGEST_VALUE])
                    side = side_of_indicator(first[1]) if code == "indicator_spelling" else ""
                    findings.explain(code, name, warnings.FIRST_VALUES[side].rendered(value=value), value=value)

    def _note_values(self, records: list[Record], column: str, codes: dict[str, str]) -> None:
        at = self._position_of[column]
        for record in records:
            if not (code := codes.get(record[at])):
                continue
            if code != SETTLED:
                self.indexes[code, column].append(record[0])
                self.first_values.setdefault((code, column), (record[0], record[at]))
            elif len(self.settled_statuses) < MOST_VALUES and self._may_be_open(record):
                self.settled_statuses.add(record[at])

    def _check_days(self, records: list[Record]) -> None:
        due, invoiced = self._due, self._invoiced
        early = [
            record[0]
            for record in records
            if record[due] is not None and record[invoiced] is not None and record[due] < record[invoiced]
        ]
        if early:
            self.indexes["due_before_invoice", "due_date"] += early

    def _check_debits(self, records: list[Record]) -> None:
        """A debit whose amount is negative: of the balance, or of the invoice where the row has no balance."""
        balance, amount = self._balance, self._amount
        negative = [
            record for record in records if (record[amount] if record[balance] is None else record[balance]) < 0
        ]
        for record in negative:
            if _side_of(*self._signs(record)) != "debit" or (record[self._text] and record[balance] is None):
                continue
            column = "invoice_amount" if record[balance] is None else "balance_text"
            self.indexes["negative_debit", column].append(record[0])

    def _may_be_open(self, record: Record) -> bool:
        """Whether something is open of a row, or it leaves its balance out, so that what is stored decides."""
        as_given = record[self._amount] if record[self._balance] is None else record[self._balance]
        return bool(as_given) or not record[1] & self._brings_balance
