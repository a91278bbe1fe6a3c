"""Send a file of rows to a running server, and say what became of them."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from receivables.uploads.feeds.addresses import Address
from receivables.uploads.feeds.deliveries import Feed
from receivables.uploads.feeds.drawing import Counting, SendingBar, receipt_text
from receivables.uploads.feeds.exit_codes import ExitCode, every_end_told
from receivables.uploads.feeds.failures import SendingFailed
from receivables.uploads.feeds.files import FeedFormat, FileRefused, format_of
from receivables.uploads.feeds.packing import Terms
from receivables.uploads.feeds.secrets import secret_of_sender
from receivables.uploads.feeds.sender import Answer, Connection, FeedSender
from receivables.uploads.feeds.table_rows import nearest_field
from receivables.uploads.feeds.tables import KEPT, LEFT_OUT, Reading, field_names
from receivables.uploads.management.options import KEY, STDIN, add_options, new_idempotency_key
from receivables.uploads.models import Resource

OF_TABLES = ("encoding", "delimiter", "map", "sheet")


class Command(BaseCommand):
    help = (
        "Sends a file of rows to a running server and prints the receipt. The file is JSON, newline-delimited JSON, "
        "CSV or XLSX; a table has its columns' names in its first line. In a table an empty cell clears what is "
        "stored, and a column that is missing leaves it alone. Exits with 0 if all rows were taken, 1 if some, "
        "2 if they were refused, 3 if it is worth to try again later, 4 if the command is wrong or failed."
    )
    requires_system_checks = ()  # a sender needs no database

    def run_from_argv(self, argv: list[str]) -> None:
        with every_end_told():
            super().run_from_argv(argv)

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with _failures_told(options["file"]):
            address = self._address(options)
            options["resource"] = _resource(options, address)
            feed = _feed(options)
            terms = _terms(options, feed)
            connection = Connection(options["timeout"], options["ca"])
            sender = FeedSender(address, _key(options), secret_of_sender(options["secret_file"]), connection)
            answer, counting = _sent(options["file"], feed, sender, terms)
        self._show(answer, sender, counting, as_json=options["json"])
        if options["rejected"] and answer.document.get("invalid"):
            self._keep_rejected(options["rejected"], sender, answer)
        if answer.exit_code > ExitCode.SOME_TAKEN:
            raise CommandError(answer.detail, returncode=answer.exit_code)
        sys.exit(answer.exit_code)

    def _address(self, options: dict[str, Any]) -> Address:
        address = Address(options["url"])
        if address.is_readable_on_the_way and not options["allow_http"]:
            raise SendingFailed("Over plain http others can read the secret. Use https, or insist with --allow-http.")
        if address.is_readable_on_the_way:
            self.stderr.write(f"Warning: the secret travels unencrypted to {address.text}.")
        return address

    def _show(self, answer: Answer, sender: FeedSender, counting: Counting, *, as_json: bool) -> None:
        if not answer.document:
            return
        if as_json:
            self.stdout.write(answer.text)
        else:
            address = sender.address_of(answer.document.get("id", ""))
            self.stdout.write(receipt_text(answer.document, address, counting), ending="")

    def _keep_rejected(self, path: Path, sender: FeedSender, answer: Answer) -> None:
        """Write the bad rows to `path`. The upload is over: a failure here is told, and leaves its outcome as it is."""
        try:
            rows = sender.rejected_rows(answer.document["id"], SendingBar(0))
            path.write_bytes(msgspec.json.format(rows, indent=2) + b"\n")
        except (SendingFailed, OSError) as error:
            self.stderr.write(f"{path} was not written: {error}")
        else:
            self.stderr.write(f"{path} has the rows to correct and send again.")


@contextmanager
def _failures_told(name: str) -> Iterator[None]:
    try:
        yield
    except FileRefused as refusal:
        raise CommandError(f"{name}: {refusal}", returncode=ExitCode.REFUSED) from None
    except SendingFailed as failure:
        raise CommandError(str(failure), returncode=failure.exit_code) from None
    except OSError as error:
        raise CommandError(f"{error.filename or name}: {error.strerror or error}", returncode=ExitCode.FAILED) from None


def _resource(options: dict[str, Any], address: Address) -> str:
    """Return what the argument says, and the address if it names an upload."""
    for named in filter(None, (options["resource"], address.resource)):
        if named not in Resource.values:
            raise SendingFailed(f"There is no upload of {named!r}. Name one of {', '.join(Resource.values)}.")
    if address.resource and options["resource"] not in ("", address.resource):
        raise SendingFailed(
            f"The address is that of {address.resource}, and the argument says {options['resource']}. Leave one out."
        )
    if not options["resource"] or not options["file"]:
        raise SendingFailed("Name what the file holds (invoices or customers) and the file.")
    return str(options["resource"])


def _feed(options: dict[str, Any]) -> Feed:
    named = options["format"] or format_of(options["file"])
    if named is None:
        formats = ", ".join(FeedFormat)
        raise SendingFailed(f"{options['file']}: its name does not tell its format. Add --format ({formats}).")
    feed_format = FeedFormat(named)
    if not feed_format.is_table and (given := [name for name in OF_TABLES if options[name]]):
        raise SendingFailed(f"--{given[0].replace('_', '-')} is for tables (CSV, XLSX), and the file is {feed_format}.")
    return Feed(options["resource"], feed_format, _reading(options))


def _reading(options: dict[str, Any]) -> Reading:
    given = {name: options[name] for name in ("encoding", "sheet", "delimiter") if options[name]}
    return Reading(columns=_columns(options), **given)


def _columns(options: dict[str, Any]) -> dict[str, str]:
    columns: dict[str, str] = {}
    known = {*field_names(options["resource"]), KEPT, LEFT_OUT}
    for name, field in options["map"]:
        if field not in known:
            near = nearest_field(field, options["resource"])
            raise SendingFailed(f"--map {name}={field}: {field} is no field.{f' Did you mean {near}?' if near else ''}")
        if columns.setdefault(name, field) != field:
            raise SendingFailed(f"--map says two things of the column {name}: {columns[name]} and {field}.")
    return columns


def _terms(options: dict[str, Any], feed: Feed) -> Terms:
    if options["expected_total"] and feed.resource != Resource.INVOICES:
        raise SendingFailed("--expected-total is for invoices: customers have no amounts.")
    return Terms(
        options["idempotency_key"] or new_idempotency_key(),
        is_dry_run=options["dry_run"],
        is_lenient=options["lenient"],
        is_table=feed.feed_format.is_table,
        expected_total=options["expected_total"],
    )


def _sent(name: str, feed: Feed, sender: FeedSender, terms: Terms) -> tuple[Answer, Counting]:
    terms.headers()  # what cannot be sent is told before the file is read
    with TemporaryFile() as body:
        with nullcontext(sys.stdin.buffer) if name == STDIN else Path(name).open("rb") as file:
            packed = feed.packed(file, body)
        with SendingBar(packed.size) as bar:
            return sender.send(packed, feed.resource, terms, bar), feed.counting(packed)


def _key(options: dict[str, Any]) -> str:
    key: str = options["key"].strip()
    if not key:
        raise SendingFailed(f"There is no key. Name it with --key, or set {KEY}.")
    return key
