"""Send a file of rows to a running server, or what is dropped into a folder, and say what became of them."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from receivables.uploads.client.access import Address, secret_of_sender
from receivables.uploads.client.drop_folders import DropFolder
from receivables.uploads.client.exit_codes import ExitCode, ending_with_exit_code
from receivables.uploads.client.failures import BACKOFF_SECONDS, SendingFailed
from receivables.uploads.client.requests import Answer, FeedSender
from receivables.uploads.client.terminal import Counting, SendingBar, receipt_text, without_controls
from receivables.uploads.client.watching import Watcher
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.management import options as option_values
from receivables.uploads.management.couriers import Courier, opened


class Command(BaseCommand):
    help = (
        "Sends a file of rows to a running server and prints the receipt. The file is JSON, newline-delimited JSON, "
        "CSV or XLSX. A table has the names of its columns in its first line; an empty cell clears what is stored, "
        "and a column that is missing leaves it alone. Ends with 0 if all rows were taken, 1 if some were, 2 if they "
        "were refused, 3 if it is worth trying again later (no network, a busy server), 4 if the command is wrong or "
        "failed, 5 if the rows were taken and their full load is withheld."
    )
    requires_system_checks = ()  # a sender needs no database

    def run_from_argv(self, argv: list[str]) -> None:
        with ending_with_exit_code():
            super().run_from_argv(argv)

    def add_arguments(self, parser: ArgumentParser) -> None:
        option_values.add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["watch"] or options["file"]
        try:
            option_values.refuse_contradictions(options)
            address = self._address(options)
            options["resource"] = option_values.resource_of(options, address)
            code = self._watch(options, address) if options["watch"] else self._send(options, address)
        except FileRefused as refusal:
            raise CommandError(f"{name}: {refusal}", returncode=ExitCode.REFUSED) from None
        except SendingFailed as failure:
            raise CommandError(str(failure), returncode=failure.exit_code) from None
        except OSError as error:
            reason = f"{error.filename or name}: {error.strerror or error}"
            raise CommandError(reason, returncode=ExitCode.FAILED) from None
        sys.exit(code)

    def _send(self, options: dict[str, Any], address: Address) -> ExitCode:
        if not (options["resource"] and options["file"]):
            raise SendingFailed("Name what the file holds (invoices or customers) and the file.")
        feed = option_values.feed_of(options, options["resource"], options["file"])
        option_values.refuse_options_of_others(options, feed.file_type)
        terms = option_values.terms_of(options, feed, options["file"])
        sender = _sender(options, address, BACKOFF_SECONDS)
        with opened(options["file"]) as file:
            answer, counting = Courier(sender, options, self._complain).send(feed, terms, file, self._complain)
        self._show(answer, sender, counting, as_json=options["json"])
        if options["rejected"] and answer.document.get("invalid"):
            self._write_rejected_rows(options["rejected"], sender, answer)
        if answer.exit_code > ExitCode.PARTIAL:
            raise CommandError(answer.detail, returncode=answer.exit_code)
        return answer.exit_code

    def _watch(self, options: dict[str, Any], address: Address) -> ExitCode:
        """Send what is dropped into the folder. The watcher tries again itself, unless it ends with what is there."""
        sender = _sender(options, address, BACKOFF_SECONDS if options["once"] else ())
        folder = DropFolder(options["watch"], options["resource"], dict(options["pattern"]))
        courier = Courier(sender, options, self._complain)
        with folder.locked():
            folder.recover()
            settle_seconds = option_values.SETTLE_SECONDS if options["settle"] is None else options["settle"]
            deliver = partial(courier.deliver, folder)
            return Watcher(folder, deliver, self._report, self._complain, settle_seconds, options["once"]).run()

    def _address(self, options: dict[str, Any]) -> Address:
        address = Address(options["url"])
        if address.is_readable_on_the_way and not options["allow_http"]:
            raise SendingFailed("Over plain http others can read the secret. Use https, or insist with --allow-http.")
        if address.is_readable_on_the_way:
            self._complain(f"Warning: the secret travels unencrypted to {address.text}.")
        return address

    def _report(self, text: str) -> None:
        self.stdout.write(without_controls(text))
        self.stdout.flush()

    def _complain(self, text: str) -> None:
        self.stderr.write(without_controls(text))

    def _show(self, answer: Answer, sender: FeedSender, counting: Counting, *, as_json: bool) -> None:
        if not answer.document:
            return
        address = sender.address_of(answer.document.get("id", ""))
        text = answer.text if as_json else receipt_text(answer.document, address, counting)
        try:
            self.stdout.write(text, ending="\n" if as_json else "")
            self.stdout.flush()
        except OSError as error:
            outcome = answer.document.get("outcome", answer.detail)
            reason = f"The upload is over ({outcome}), but its receipt could not be written: {error.strerror}"
            raise SendingFailed(f"{reason}. It is at {address}.") from None

    def _write_rejected_rows(self, path: Path, sender: FeedSender, answer: Answer) -> None:
        """Write the bad rows to `path`. The upload is over: a failure here is reported, and its outcome stays."""
        try:
            rows = sender.rejected_rows(answer, SendingBar(0))
            path.write_bytes(msgspec.json.format(rows, indent=2) + b"\n")
        except (SendingFailed, OSError) as error:
            self._complain(f"{path} was not written: {error}")
        else:
            self._complain(f"{path} has the rows to correct and send again.")


def _sender(options: dict[str, Any], address: Address, backoffs: Sequence[float]) -> FeedSender:
    key = options["key"].strip()
    if not key:
        raise SendingFailed(f"There is no key. Name it with --key, or set {option_values.KEY}.")
    secret = secret_of_sender(options["secret_file"])
    return FeedSender(address, key, secret, options["timeout"], options["ca"], backoffs)
