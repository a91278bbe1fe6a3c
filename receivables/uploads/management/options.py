"""The options of `send_feed`, each in the type that its value has, and what they say is sent, and how it is read.

Raises SendingFailed for wrong ones.
"""

import codecs
import os
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any
from uuid import uuid4

from receivables.formats.numbers import NumberFormat
from receivables.uploads.client.access import SECRET, Address
from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.client.feeds import Feed
from receivables.uploads.client.requests import Terms
from receivables.uploads.files.file_types import FILE_TYPES, FileType, type_by_name
from receivables.uploads.files.formats import DateFormat, DayCells
from receivables.uploads.files.table_rows import nearest_field
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, Reading, field_names
from receivables.uploads.management import load_options
from receivables.uploads.resources import Resource

KEY = "RECEIVABLES_API_KEY"
SETTLE_SECONDS = 5.0
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " ", r"\t": "\t"}
READING_FLAGS = {  # by the member of a Reading that each states
    "columns": "--map",
    "encoding": "--encoding",
    "delimiter": "--delimiter",
    "sheet": "--sheet",
    "numbers": "--number-format",
    "dates": "--date-format",
    "day_cells": "--excel-dates",
}
NO_DELIMITERS = '"\r\n\0'


def add_options(parser: ArgumentParser) -> None:
    of_resource = "invoices or customers; to be left out where the address, or a subfolder of --watch, says it"
    parser.add_argument("resource", nargs="?", default="", help=of_resource)
    of_file = f"the file to send; {load_options.STDIN} reads standard input"
    parser.add_argument("file", nargs="?", default="", metavar="FILE", help=of_file)
    _add_server(parser)
    _add_upload(parser)
    load_options.add_load_options(parser)
    _add_reading(parser)
    _add_watch(parser)


def _add_server(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the server and the key pair")
    of_url = "the server, as in https://receivables.example.com; the whole address of an upload works, too"
    group.add_argument("--url", required=True, help=of_url)
    group.add_argument("--key", default=os.environ.get(KEY, ""), help=f"the public half of the pair; else {KEY}")
    of_secret = f"holds the secret half, and nobody but its owner can read it; else {SECRET}, or what is typed"
    group.add_argument("--secret-file", type=Path, metavar="FILE", help=of_secret)
    of_ca = "the certificate (PEM) of your own authority, where it signed the server's; no other is trusted then"
    group.add_argument("--ca", type=Path, metavar="FILE", help=of_ca)
    of_timeout = "how long the server may be silent before the try is given up; default: 300"
    group.add_argument("--timeout", type=_seconds, default=300.0, metavar="SECONDS", help=of_timeout)
    group.add_argument("--allow-http", action="store_true", help="sends the secret unencrypted to another machine")


def _add_upload(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("the upload")
    group.add_argument("--dry-run", action="store_true", help="gives the exact receipt and stores nothing")
    group.add_argument("--lenient", action="store_true", help="takes the good rows where others are bad")
    group.add_argument("--rejected", type=Path, metavar="FILE", help="gets the bad rows, to correct and send again")
    of_total = "refuses the file unless its invoice amounts sum to this; invoices only"
    group.add_argument("--expected-total", default="", metavar="USD:24224,EUR:1.50", help=of_total)
    of_key = "the same key within 24 hours gives the first receipt, and stores nothing; by default a new UUID"
    group.add_argument("--idempotency-key", default="", metavar="KEY", help=of_key)
    group.add_argument("--json", action="store_true", help="prints the server's receipt as it is")


def _add_reading(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("how the file is read")
    group.add_argument("--format", choices=list(FILE_TYPES), help="what the file is; by default as its extension says")

    def add(member: str, text: str, **option: Any) -> None:
        group.add_argument(READING_FLAGS[member], dest=member, help=text, **option)

    add(
        "columns",
        f"the column NAME is the contract's FIELD; NAME={IGNORED} leaves the column out, NAME={AS_EXTRA} keeps it "
        "under its own name; may be given several times",
        type=_column,
        action="append",
        default=[],
        metavar="NAME=FIELD",
    )
    add("encoding", "of a CSV file: utf-8, windows-1252 ...", type=_encoding, metavar="NAME")
    of_delimiter = "between the cells of a CSV file: a character, or comma, semicolon, tab, pipe, space"
    add("delimiter", of_delimiter, type=_delimiter, metavar="CHARACTER")
    add("sheet", "the sheet of a workbook; by default the first that has rows", metavar="NAME")
    for member, formats, written in (("numbers", NumberFormat, "1234.56"), ("dates", DateFormat, "its days")):
        quoted = ", ".join(f'"{each}"' for each in formats)
        text = f"how a table writes {written}, where its values do not prove it: {quoted}"
        add(member, text, choices=list(formats), metavar="FORMAT")
    of_days = "of a workbook whose column holds dates and texts: its dates are right, or have day and month swapped"
    add("day_cells", of_days, choices=list(DayCells))


def _add_watch(parser: ArgumentParser) -> None:
    group = parser.add_argument_group(
        "a folder in place of a file",
        "Sends each file that is dropped into the folder, or into its subfolders invoices and customers, once, the "
        "oldest first, and moves it to the subfolder sent, partly, withheld or refused with its receipt beside it. "
        "Files that are hidden or end in .part or .tmp wait for their final name. What the server cannot take now "
        "stays, and is tried again. SIGTERM ends it behind the file in hand.",
    )
    group.add_argument("--watch", type=Path, metavar="DIR", help="watches this folder, with no FILE")
    of_once = "sends what lies in the folder, and ends with the worst code of its files"
    group.add_argument("--once", action="store_true", help=of_once)
    of_settle = f"sends a file when it has not changed for so long; default: {SETTLE_SECONDS:.0f}"
    group.add_argument("--settle", type=_settling, metavar="SECONDS", help=of_settle)
    group.add_argument(
        "--pattern",
        type=_pattern,
        action="append",
        default=[],
        metavar="RESOURCE=NAMES",
        help="files of these names have invoices, or customers: invoices='INV*.csv'; may be given several times",
    )


def _column(text: str) -> tuple[str, str]:
    name, equals, field = text.rpartition("=")
    if not (equals and name.strip() and field.strip()):
        raise ArgumentTypeError(f"{text!r} does not say what becomes of a column. Write NAME=FIELD.")
    return name.strip(), field.strip()


def _encoding(text: str) -> str:
    try:
        name = codecs.lookup(text).name
        "".encode(name)
    except (LookupError, ValueError):  # of no codec, or of one that is not for text
        raise ArgumentTypeError(f"{text!r} is no encoding. Write utf-8 or windows-1252, for instance.") from None
    return "utf-8-sig" if name == "utf-8" else name  # a byte order mark is no part of the first name


def _delimiter(text: str) -> str:
    delimiter = DELIMITERS.get(text.lower(), text)
    if len(delimiter) != 1 or delimiter in NO_DELIMITERS:
        names = ", ".join(name for name in DELIMITERS if name.isalpha())
        raise ArgumentTypeError(f"{text!r} is no delimiter. Give one character, or one of {names}.")
    return delimiter


def _pattern(text: str) -> tuple[str, str]:
    resource, _, pattern = text.partition("=")
    if resource not in Resource.values or not pattern:
        raise ArgumentTypeError(f"{text!r} names no files. Write invoices=NAMES or customers=NAMES.")
    return pattern, resource


def _settling(text: str) -> float:
    return 0.0 if text.strip() == "0" else _seconds(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds


OF_ONE_FILE = ("file", "dry_run", "rejected", "idempotency_key", "expected_total", "json")
OF_FOLDERS = ("once", "settle", "pattern")


def resource_of(options: dict[str, Any], address: Address) -> str:
    """Return what the argument says, or the address if it names an upload; empty where neither says it."""
    for named in filter(None, (options["resource"], address.resource)):
        if named not in Resource.values:
            raise SendingFailed(f"There is no upload of {named!r}. Name one of {', '.join(Resource.values)}.")
    if address.resource and options["resource"] not in ("", address.resource):
        raise SendingFailed(
            f"The address is that of {address.resource}, and the argument says {options['resource']}. Leave one out."
        )
    return options["resource"] or address.resource


def refuse_contradictions(options: dict[str, Any]) -> None:
    """Refuse options of a folder for a file, and those of a file for a folder."""
    load_options.refuse_contradictory_loads(options)
    for name in OF_ONE_FILE if options["watch"] else OF_FOLDERS:
        if options[name] not in (None, False, "", []):
            flag = "FILE" if name == "file" else f"--{name.replace('_', '-')}"
            is_for = (
                "one file. Leave it out, or leave out --watch"
                if options["watch"]
                else "a folder. Name one with --watch DIR"
            )
            raise SendingFailed(f"{flag} is for {is_for}.")


def feed_of(options: dict[str, Any], resource: str, name: str) -> Feed:
    """Return what a file of this name holds, and how it is read."""
    file_type = FILE_TYPES[options["format"]] if options["format"] else type_by_name(name)
    if file_type is None:
        names = ", ".join(FILE_TYPES)
        raise SendingFailed(f"{name}: its name does not tell its format. Add --format ({names}).")
    stated: dict[str, Any] = {member: options[member] or "" for member in READING_FLAGS}  # an empty encoding is found
    return Feed(resource, file_type, Reading(**stated | {"columns": _columns(options["columns"], resource)}))


def refuse_options_of_others(options: dict[str, Any], file_type: FileType) -> None:
    """Refuse options that say nothing of a file of this type."""
    for member, flag in READING_FLAGS.items():
        if options[member] and member not in file_type.options:
            own = [each for each in FILE_TYPES.values() if member in each.options]
            files = own[0].plural if len(own) == 1 else f"tables ({', '.join(each.name.upper() for each in own)})"
            raise SendingFailed(f"{flag} is for {files}, and the file is {file_type.name.upper()}. Leave it out.")


def terms_of(options: dict[str, Any], feed: Feed, path: str | Path) -> Terms:
    """Return what is sent beside the rows of a file. Raises OSError where it is asked when it was written."""
    if options["expected_total"] and feed.resource != Resource.INVOICES:
        raise SendingFailed("--expected-total is for invoices: customers have no amounts.")
    return Terms(
        options["idempotency_key"] or str(uuid4()),
        is_dry_run=options["dry_run"],
        is_lenient=options["lenient"],
        is_table=feed.file_type.is_table,
        expected_total=options["expected_total"],
        extracted_at=load_options.extracted_at_of(options, path),
        of_load=load_options.load_query_of(options, feed.resource),
    )


def _columns(mapped: list[tuple[str, str]], resource: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    known = {*field_names(resource), AS_EXTRA, IGNORED}
    for name, field in mapped:
        if field not in known:
            near = nearest_field(field, resource)
            raise SendingFailed(f"--map {name}={field}: {field} is no field.{f' Did you mean {near}?' if near else ''}")
        if columns.setdefault(name, field) != field:
            raise SendingFailed(f"--map says two things of the column {name}: {columns[name]} and {field}.")
    return columns
