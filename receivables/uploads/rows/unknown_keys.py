"""Keys of a row that the contract lacks: they are stored in `extra`, or left out where only the service writes them.

Lists give them back under `extra`, and uploads read them from there too.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from config.exports.cells import is_remark
from customers.api import CustomerSerializer
from receivables.api.serializers import InvoiceSerializer
from receivables.uploads.reading.literal_json import RepeatedKeys
from receivables.uploads.reading.texts import ValueRefused
from receivables.uploads.rows import messages

OWN_FIELD = "own_field"
EXTRA = "extra"  # under which lists have the keys that the contract lacks
_LISTS: list[Any] = [InvoiceSerializer, CustomerSerializer]
# By model: the names of a row as lists have it.
NAMES_OF_LISTS = {serializer.Meta.model: frozenset(serializer().fields) for serializer in _LISTS}


@dataclass
class Unknown:
    """The values to store, and warnings by their code and name. `refused` is what is wrong with a key, if anything."""

    extra: dict[str, Any] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)
    refused: tuple[str, ValueRefused] | None = None


def classified(values: Mapping[str, Any], own_names: Set[str], *, of_table: bool) -> Unknown:
    """Return how the unknown values of a row are used. In a table, a column has the members of `extra` as JSON."""
    found = Unknown()
    for name, value in values.items():
        if name in own_names:
            found.notes.append((OWN_FIELD, name))
        elif name == EXTRA and of_table and is_remark(value):
            found.notes.append(("beyond_a_cell", name))
        elif name != EXTRA or not isinstance(value, dict):
            found.extra[name] = value
            found.notes.append(("unknown_field", name))
    if isinstance(members := values.get(EXTRA), dict):
        _merge(found, members)
    return found


def _merge(found: Unknown, members: dict[str, Any]) -> None:
    if isinstance(members, RepeatedKeys):
        found.refused = EXTRA, ValueRefused(messages.NAMES_A_KEY_TWICE, key=members.repeated)
    elif twice := found.extra.keys() & members.keys():
        found.refused = min(twice), ValueRefused(messages.NAMED_TWICE)
    else:
        found.extra |= members
