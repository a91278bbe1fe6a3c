"""Free-text search: each word searched for begins a number, a reference or a word of a name.

PostgreSQL indexes the words of a row, with what it has of its own, and cheaply, for each row of an upload pays for it:
ASCII's letters as capitals, others as they are, which is why these are searched for both as small and as capital ones.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQueryField, SearchVectorField
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, TextField, Value
from django.db.models.functions import Cast, Replace, Upper

# Beside the blank. What is pasted into a name brings others: unbroken ones (U+00A0), those of Japanese (U+3000), tabs.
SEPARATORS = "-/.(\t\n\u00a0\u3000"
MAX_LENGTH = 200
SEARCH = r"^[^\x00]*[^\x00\s/.(-]{3}[^\x00]*$"  # what check_search allows, for the API's document
# New rows wait in a list of the index, which autovacuum works in; only beyond so many kibibytes an upload has to.
WAITING_KIB = 128 * 1024


def words_of(*columns: str, numbers: Sequence[str]) -> Func:
    """Return an expression for the words of columns; numbers are found with the zeros before them and without."""
    unpadded = [Func(F(number), Value("0"), function="LTRIM", output_field=TextField()) for number in numbers]
    parts = [*map(F, [*columns, *numbers]), *unpadded]
    # Django's Collate may only stand outermost in an index.
    text = Func(*parts, template='(%(expressions)s) COLLATE "C"', arg_joiner=" || ' ' || ", output_field=TextField())
    capitals: Any = Upper(text)
    spaced = reduce(lambda whole, separator: Replace(whole, Value(separator), Value(" ")), SEPARATORS, capitals)
    words = Func(spaced, Value(" "), function="string_to_array", output_field=TextField())
    present = Func(words, Value(""), function="array_remove", output_field=TextField())
    return Func(present, function="array_to_tsvector", output_field=SearchVectorField())


def index_of_words(words: Func, name: str) -> GinIndex:
    return GinIndex(words, name=name, fastupdate=True, gin_pending_list_limit=WAITING_KIB)


def found_in(words: Func, search: str) -> Func:
    """Return the condition that every word of a search begins one of the words."""
    query = Cast(Value(" & ".join(map(_any_spelling, _split(search)))), SearchQueryField())
    return Func(words, query, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField())


def check_search(search: str) -> None:
    """Raise ValidationError for what would find nearly every row."""
    if max(map(len, _split(search)), default=0) < 3:
        raise ValidationError("One of the words searched for has three letters or digits at the least.", code="invalid")


def _split(search: str) -> list[str]:
    return search.translate(dict.fromkeys(map(ord, SEPARATORS), " ")).split()


def _any_spelling(word: str) -> str:
    spellings = (word, word.upper(), word.lower(), word.capitalize(), word.title())  # d'Été is one of title() alone
    begun = {_lexeme(spelling) + ":*" for spelling in spellings}
    unpadded = {_lexeme(number) for number in [word.lstrip("0")] if number != word and number}
    return f"({' | '.join(sorted(begun | unpadded))})"


def _lexeme(word: str) -> str:
    """Return a word as PostgreSQL reads one in a query, with ASCII's small letters as capitals."""
    capitals = word.encode().upper().decode()
    return "'{}'".format(capitals.replace("\\", "\\\\").replace("'", "''"))
