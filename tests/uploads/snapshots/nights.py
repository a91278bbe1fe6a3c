"""A ledger of five items, and an array that is refused."""

from tests.uploads.loads import ledger, ledger_of

NIGHT = ledger_of(5)
BAD = ledger(1, dueDate="soon")
