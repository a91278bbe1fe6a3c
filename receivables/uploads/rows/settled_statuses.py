"""Statuses that say that nothing is owed any more, as ledgers write them.

Whole texts are compared, so that `unpaid`, `partly paid` and `paid in error` are none. Left out is what some ledgers
write of items that are still owed: `posted`, `completed`, `abgeschlossen` and `done` are said of the document,
`in payment` of money that has not come, `verrechnet` of what was billed as well, `refunded` of a payment. A single
letter means another thing in each ledger.
"""

import re
from functools import lru_cache

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
SETTLED = frozenset([*PAID, *CLEARED, *VOID, *WRITTEN_OFF])

_BETWEEN_WORDS = re.compile(r"[\W_]+")
LONGEST = 40  # characters; no longer text is one of them
REMEMBERED = 2_000


@lru_cache(REMEMBERED)
def says_settled(status: str) -> bool:
    """Whether a status says that nothing is owed, in capitals or not, with blanks or marks between its words."""
    return len(status) <= LONGEST and _BETWEEN_WORDS.sub(" ", status.casefold()).strip() in SETTLED
