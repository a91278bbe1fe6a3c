"""Send a file of rows to a running server, and say what became of them."""

import os
import sys
import warnings
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from getpass import GetPassWarning, getpass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

import msgspec
from django.core.management.base import BaseCommand, CommandError

from receivables.uploads.feeds.drawing import SendingBar, receipt_text
from receivables.uploads.feeds.files import FeedFormat, FileRefused, format_of, lines_of_file
from receivables.uploads.feeds.sender import Address, Answer, FeedSender, Packed, SendingFailed, Terms, pack
from receivables.uploads.models import Resource

KEY, SECRET = "RECEIVABLES_API_KEY", "RECEIVABLES_API_SECRET"
PART_TAKEN, NOTHING_TAKEN = 1, 2
EXIT_CODES = {"accepted": 0, "partial": PART_TAKEN}
STDIN = "-"


class Command(BaseCommand):
    help = (
        "Sends a file of rows to a running server and prints the receipt. The file is JSON, newline-delimited JSON, "
        "or CSV with the contract's names in its first line; in CSV an empty cell clears what is stored, and a column "
        f"that is missing leaves it alone. The secret is read from {SECRET}, or asked for. "
        "Exits with 0 if all rows were taken, 1 if some, 2 if none."
    )
    requires_system_checks = ()  # a sender needs no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("resource", choices=Resource.values)
        parser.add_argument("file", metavar="FILE", help=f"{STDIN} reads standard input")
        parser.add_argument("--url", required=True, help="the server, as in https://receivables.example.com")
        parser.add_argument("--key", default=os.environ.get(KEY, ""), help=f"the public half of the pair; else {KEY}")
        parser.add_argument("--format", choices=list(FeedFormat), help="by default as the file's extension says")
        parser.add_argument("--dry-run", action="store_true", help="gives the exact receipt and stores nothing")
        parser.add_argument("--lenient", action="store_true", help="takes the good rows where others are bad")
        parser.add_argument("--rejected", type=Path, metavar="FILE", help="gets the bad rows, to mend and send again")
        parser.add_argument("--expected-total", default="", metavar="USD:24224,EUR:1.50", help="invoices only")
        parser.add_argument("--idempotency-key", default=str(uuid4()), metavar="KEY", help="by default a new UUID")
        parser.add_argument("--timeout", type=_seconds, default=300.0, metavar="SECONDS", help="default: 300")
        parser.add_argument("--allow-http", action="store_true", help="sends the secret unencrypted to another machine")
        parser.add_argument("--json", action="store_true", help="prints the server's receipt as it is")

    def handle(self, *args: Any, **options: Any) -> None:
        with _nothing_taken_on_errors(options["file"]):
            sender = FeedSender(self._address(options), _key(options), _secret(), options["timeout"])
            answer = _sent(sender, options)
        self._show(answer, sender, as_json=options["json"])
        if options["rejected"] and answer.document.get("invalid"):
            self._keep_rejected(options["rejected"], sender, answer)
        exit_code = EXIT_CODES.get(answer.document.get("outcome", ""), NOTHING_TAKEN)
        if exit_code == NOTHING_TAKEN:
            raise _nothing_taken(answer.detail)
        sys.exit(exit_code)

    def _address(self, options: dict[str, Any]) -> Address:
        address = Address(options["url"])
        if address.is_readable_on_the_way and not options["allow_http"]:
            raise SendingFailed("Over plain http others can read the secret. Use https, or insist with --allow-http.")
        if address.is_readable_on_the_way:
            self.stderr.write(f"Warning: the secret travels unencrypted to {address.text}.")
        return address

    def _show(self, answer: Answer, sender: FeedSender, *, as_json: bool) -> None:
        if not answer.document:
            return
        if as_json:
            self.stdout.write(answer.text)
        else:
            address = sender.address_of(answer.document.get("id", ""))
            self.stdout.write(receipt_text(answer.document, address), ending="")

    def _keep_rejected(self, path: Path, sender: FeedSender, answer: Answer) -> None:
        """Write the bad rows to `path`. The upload is over: a failure here is told, and leaves its outcome as it is."""
        try:
            rows = sender.rejected_rows(answer.document["id"], SendingBar(0))
            path.write_bytes(msgspec.json.format(rows, indent=2) + b"\n")
        except (SendingFailed, OSError) as error:
            self.stderr.write(f"{path} was not written: {error}")
        else:
            self.stderr.write(f"{path} has the rows to mend and send again.")


@contextmanager
def _nothing_taken_on_errors(name: str) -> Iterator[None]:
    try:
        yield
    except FileRefused as refusal:
        raise _nothing_taken(f"{name}: {refusal}") from None
    except SendingFailed as failure:
        raise _nothing_taken(str(failure)) from None
    except OSError as error:
        raise _nothing_taken(f"{error.filename or name}: {error.strerror or error}") from None


def _nothing_taken(message: str) -> CommandError:
    return CommandError(message, returncode=NOTHING_TAKEN)


def _terms(options: dict[str, Any]) -> Terms:
    if options["expected_total"] and options["resource"] != Resource.INVOICES:
        raise _nothing_taken("--expected-total is for invoices: customers have no amounts.")
    return Terms(options["idempotency_key"], options["dry_run"], options["lenient"], options["expected_total"])


def _format(options: dict[str, Any]) -> FeedFormat:
    told = options["format"] or format_of(options["file"])
    if told is None:
        formats = ", ".join(FeedFormat)
        raise _nothing_taken(f"{options['file']}: its name does not tell its format. Add --format ({formats}).")
    return FeedFormat(told)


def _sent(sender: FeedSender, options: dict[str, Any]) -> Answer:
    terms, feed_format = _terms(options), _format(options)
    with TemporaryFile() as packed_file:
        packed = _packed(options, feed_format, packed_file)
        with SendingBar(packed.size) as bar:
            return sender.send(packed, options["resource"], terms, bar)


def _packed(options: dict[str, Any], feed_format: FeedFormat, packed_file: IO[bytes]) -> Packed:
    name = options["file"]
    with nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb") as file:
        return pack(lines_of_file(file, feed_format, options["resource"]), packed_file)


def _key(options: dict[str, Any]) -> str:
    key: str = options["key"].strip()
    if not key:
        raise SendingFailed(f"There is no key. Name it with --key, or set {KEY}.")
    return key


def _secret() -> str:
    """Return the secret from the environment, or ask for it at the terminal, where it is not shown."""
    if secret := os.environ.get(SECRET, "").strip():
        return secret
    if not (sys.stdin.isatty() or sys.stderr.isatty()):
        raise SendingFailed(f"There is no secret, and no terminal to ask for it. Set {SECRET}.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)  # it would be shown
            return getpass("API secret: ").strip()
    except (EOFError, GetPassWarning):
        raise SendingFailed(f"No secret was given at the terminal. Type it there, or set {SECRET}.") from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no number of seconds")
    return seconds
