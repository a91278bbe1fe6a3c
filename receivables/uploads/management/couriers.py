"""Carries files to the server: one that is named, or those that are dropped into a folder."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import msgspec

from receivables.uploads.client.drop_folders import RECEIPT, RECEIPT_TEXT, REJECTED, DropFolder, Dropped, state_of
from receivables.uploads.client.exit_codes import ExitCode
from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.client.feeds import Feed, Packed
from receivables.uploads.client.full_loads import FullLoad
from receivables.uploads.client.parts import LoadInParts
from receivables.uploads.client.requests import Answer, FeedSender, Terms
from receivables.uploads.client.terminal import Counting, SendingBar, receipt_text
from receivables.uploads.client.watching import Delivery, FileChanged, Report
from receivables.uploads.files.messages import FileRefused
from receivables.uploads.management.load_options import STDIN, full_load_of
from receivables.uploads.management.options import feed_of, terms_of
from receivables.uploads.resources import OUTCOMES

IN_MEMORY = 16 * 1024 * 1024
UNROUTED = (
    "nothing says whether it has invoices or customers. Put it into the subfolder invoices or customers, name one "
    "before --watch, or add --pattern"
)


@dataclass
class Courier:
    """Sends files as the options say. `remark` gets what a sender is to know of each before it is sent."""

    sender: FeedSender
    options: dict[str, Any]
    remark: Report

    def deliver(self, folder: DropFolder, dropped: Dropped) -> Delivery:
        """Send a file that was dropped. Raises OSError where it cannot be read, FileChanged where it is written to."""
        if not dropped.resource:
            raise SendingFailed(UNROUTED)
        feed = feed_of(self.options, dropped.resource, dropped.path.name)

        def remark(text: str) -> None:
            self.remark(f"{dropped.name}: {text}")

        with dropped.path.open("rb") as file:
            _refuse_changed(dropped)
            key = folder.idempotency_key(dropped, file)
            terms = replace(terms_of(self.options, feed, dropped.path), idempotency_key=key)
            try:
                answer, counting = self.send(feed, terms, file, remark, lambda: _refuse_changed(dropped))
            except FileRefused as refusal:
                _refuse_changed(dropped)
                return _of_refused_file(dropped, str(refusal))
            except SendingFailed as failure:
                return Delivery(failure.exit_code, False, str(failure), {})
        return self._of_answer(answer, counting)

    def send(
        self, feed: Feed, terms: Terms, file: IO[bytes], remark: Report, check: Callable[[], None] = lambda: None
    ) -> tuple[Answer, Counting]:
        """Send a file, once it was read and `check` raised nothing. Raises FileRefused, and SendingFailed where no
        answer comes.
        """
        terms.headers()  # what cannot be sent is refused before the file is read
        settled = feed.detected(file)
        for text in settled.remarks:
            remark(text)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            full_load = full_load_of(self.options, feed.resource)
            parts = settled.packed(file, body, full_load.part_rows if full_load else None)
            check()
            with SendingBar(body.tell()) as bar:
                if full_load and len(parts) > 1:
                    answer = self._send_in_parts(full_load, parts, terms, bar)
                else:
                    answer = self.sender.send(parts[0], feed.resource, terms, bar)
        return answer, parts[0].counting

    def _send_in_parts(self, full_load: FullLoad, parts: list[Packed], terms: Terms, bar: SendingBar) -> Answer:
        if terms.is_dry_run or terms.expected_total:
            flag = "--dry-run" if terms.is_dry_run else "--expected-total"
            reason = f"a full load of more than {full_load.part_rows:,} rows is sent in parts, each of which is stored"
            raise SendingFailed(f"{flag} is for what is one upload; {reason}. Leave it out.")
        return LoadInParts(self.sender, terms, full_load, bar).send(parts)

    def _of_answer(self, answer: Answer, counting: Counting) -> Delivery:
        document = answer.document
        if not answer.is_final:
            return Delivery(answer.exit_code, False, answer.detail, {}, answer.wait)
        text = receipt_text(document, self.sender.address_of(document.get("id", "")), counting) if document else ""
        if answer.exit_code in (ExitCode.REFUSED, ExitCode.WITHHELD):
            text += f"{answer.detail}\n"
        of_another_server = _indented({"outcome": "refused", "detail": answer.detail})
        beside = {RECEIPT: answer.text.encode() if document else of_another_server, RECEIPT_TEXT: text.encode()}
        summary = _summary(answer)
        if answer.exit_code in (ExitCode.PARTIAL, ExitCode.WITHHELD) and document.get("invalid"):
            try:
                beside[REJECTED] = _indented(msgspec.Raw(self.sender.rejected_rows(answer, SendingBar(0))))
            except SendingFailed as failure:
                summary += f" Its bad rows were not fetched: {failure}"
        return Delivery(answer.exit_code, True, summary, beside)


@contextmanager
def opened(name: str) -> Iterator[IO[bytes]]:
    """The file of that name; standard input is copied first, since a table is read several times."""
    if name != STDIN:
        with Path(name).open("rb") as file:
            yield file
        return
    with SpooledTemporaryFile(IN_MEMORY) as copy:
        copyfileobj(sys.stdin.buffer, copy)
        copy.seek(0)
        yield copy


def _refuse_changed(dropped: Dropped) -> None:
    if state_of(dropped.path.stat(follow_symlinks=False)) != dropped.state:
        raise FileChanged


def _of_refused_file(dropped: Dropped, reason: str) -> Delivery:
    receipt = {"resource": dropped.resource, "outcome": "refused", "detail": _encodable(reason)}
    text = _encodable(f"{dropped.name}: {reason}\n").encode()
    beside = {RECEIPT: _indented(receipt), RECEIPT_TEXT: text}
    return Delivery(ExitCode.REFUSED, True, f"refused. {reason}", beside)


def _encodable(text: str) -> str:
    """Return a text without bytes that are none, as names of files may have."""
    return text.encode(errors="backslashreplace").decode()


def _summary(answer: Answer) -> str:
    if answer.exit_code == ExitCode.REFUSED:
        return f"refused. {answer.detail}"
    names = [count.name for count in OUTCOMES if count.name in answer.document]
    counts = ", ".join(f"{answer.document[name]:,} {name}" for name in names)
    if answer.exit_code == ExitCode.WITHHELD:
        return f"withheld, {counts}. {' '.join(answer.detail.splitlines())}"
    return f"{answer.document['outcome']}, {counts}."


def _indented(document: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
