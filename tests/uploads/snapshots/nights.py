"""A ledger of five items, and how it is sent."""

from tests.uploads.loads import ledger

NIGHT = [1, 2, 3, 4, 5]
BAD = [ledger(1)[0] | {"dueDate": "soon"}]
