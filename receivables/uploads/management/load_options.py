"""The options of `send_feed` about full loads, and when the rows of a file left the ledger."""

from argparse import ArgumentParser, ArgumentTypeError, BooleanOptionalAction
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.client.full_loads import FullLoad
from receivables.uploads.resources import Resource

MOST_ROWS = 500_000  # that the server takes in one request
OF_FILE = "file"
STDIN = "-"
OF_FULL_LOADS = ("company_codes", "expected_open", "allow_empty", "part_rows")


def add_load_options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "a full load",
        "The file is all that is open in its company codes. What is open there and is not in the file is closed; "
        "where that looks wrong, the load is withheld until somebody confirms it, and the command ends with 5.",
    )
    of_snapshot = "sends the file as a full load, or as changes; by default as the key's uploads are set"
    group.add_argument("--snapshot", action=BooleanOptionalAction, help=of_snapshot)
    of_codes = (
        "the company codes that it is of, by default those of the key's earlier ones and those of its rows; may be "
        "given several times, and an empty one is one, too"
    )
    group.add_argument(
        "--company-code", dest="company_codes", type=_codes, action="extend", metavar="CODE,CODE", help=of_codes
    )
    of_moment = (
        f"when the rows left the ledger, as in 2026-01-31T18:00:00+01:00; {OF_FILE} stands for the time at which the "
        "file was last written. What changed at the server since then stays open"
    )
    group.add_argument("--extracted-at", type=_moment, metavar="MOMENT", help=of_moment)
    of_open = "refuses the full load unless exactly these sums are open afterwards, as in 1000/USD:123.45,1000/EUR:-7"
    group.add_argument("--expected-open", default="", metavar="CODE/CURRENCY:SUM", help=of_open)
    group.add_argument("--allow-empty", action="store_true", help="sends a file of no rows, too: nothing is open")
    of_parts = f"sends a file of more rows in parts of so many, and ends the load itself; default: {MOST_ROWS:,}"
    group.add_argument("--part-rows", type=_row_count, metavar="ROWS", help=of_parts)


def _codes(text: str) -> list[str]:
    return [unquote(code).strip() for code in text.split(",")]


def _row_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise ArgumentTypeError(f"{text!r} is no number of rows")
    return int(text)


def _moment(text: str) -> str:
    if text == OF_FILE:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no moment. Write one as 2026-01-31T18:00:00+01:00.") from None
    if moment.tzinfo is None:
        raise ArgumentTypeError(f"{text!r} has no offset from UTC. Write it as {text}+01:00, or {text}Z for UTC.")
    return moment.isoformat()


def refuse_contradictory_loads(options: dict[str, Any]) -> None:
    """Refuse options of full loads for changes, and those of one file for a folder."""
    for name in () if options["snapshot"] else OF_FULL_LOADS:
        if options[name] not in (None, False, ""):
            raise SendingFailed(f"{_flag(name)} is for full loads. Add --snapshot, or leave it out.")
    if options["watch"] and options["extracted_at"] not in (None, OF_FILE):
        raise SendingFailed("In a folder each file has its own moment. Write --extracted-at file.")
    if options["watch"] and options["expected_open"]:
        raise SendingFailed("--expected-open is for one file. Leave it out, or leave out --watch.")


def _flag(name: str) -> str:
    return "--company-code" if name == "company_codes" else f"--{name.replace('_', '-')}"


def full_load_of(options: dict[str, Any], resource: str) -> FullLoad | None:
    """Return what a file of this resource is said to be all of, None of changes."""
    if not options["snapshot"]:
        return None
    if resource != Resource.INVOICES:
        if options["watch"]:  # its invoices are full loads
            return None
        raise SendingFailed("--snapshot is for invoices: customers are never closed. Leave it out.")
    codes = options["company_codes"]
    return FullLoad(
        None if codes is None else tuple(dict.fromkeys(codes)),
        options["expected_open"],
        options["allow_empty"],
        options["part_rows"] or MOST_ROWS,
    )


def load_query_of(options: dict[str, Any], resource: str) -> dict[str, str]:
    """Return the parameters of an upload about full loads."""
    full_load = full_load_of(options, resource)
    if full_load:
        return full_load.query()
    says_changes = options["snapshot"] is False and resource == Resource.INVOICES
    return {"snapshot": "false"} if says_changes else {}


def extracted_at_of(options: dict[str, Any], path: str | Path) -> str:
    """Return when the rows of a file left the ledger, as far as the options say it. Raises OSError."""
    if options["extracted_at"] != OF_FILE:
        return options["extracted_at"] or ""
    if str(path) == STDIN:
        raise SendingFailed("Standard input was written at no time. Name the moment: --extracted-at MOMENT.")
    return datetime.fromtimestamp(Path(path).stat().st_mtime, UTC).isoformat()
