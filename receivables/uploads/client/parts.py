"""A file that is sent as a full load in parts: it begins, each part is an upload, and a commit ends it.

Every step has an Idempotency-Key made of the file's: whoever sends the file again under the same key goes on where it
ended, and has the same receipts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import httpx

from receivables.uploads.client.cutting import company_codes
from receivables.uploads.client.exit_codes import ExitCode
from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.client.feeds import Packed
from receivables.uploads.client.full_loads import FullLoad
from receivables.uploads.client.part_receipts import added_up, of_file
from receivables.uploads.client.requests import Answer, FeedSender, Terms, members
from receivables.uploads.client.terminal import SendingBar
from receivables.uploads.resources import Resource

SNAPSHOTS = "/jsonApi/snapshots"
GIVEN_UP = ("abandoned", "expired", "refused")
MOST_BEGINNINGS = 20  # of one file under one key
ENDED = (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT)  # the answers where a load is open no more
STORED = (ExitCode.ACCEPTED, ExitCode.PARTIAL)
AGAIN = "Parts before it are stored as changes, and nothing is closed."


@dataclass
class LoadInParts:
    """One file on its way. `receipts` are those of the parts that were taken."""

    sender: FeedSender
    terms: Terms
    full_load: FullLoad
    bar: SendingBar
    receipts: list[dict[str, Any]] = field(default_factory=list)

    def send(self, parts: Sequence[Packed]) -> Answer:
        """Return the answer to the commit with the counts of all parts, or to the first request that was refused: then
        the load is given up. Raises SendingFailed where no answer comes.
        """
        begun = self._begin(parts)
        if isinstance(begun, Answer):
            return begun
        for number, part in enumerate(parts, 1):
            answer = self._send_part(begun, number, part, len(parts))
            if answer.exit_code not in STORED:
                return self._ended(begun, answer)
            self.receipts.append(answer.document)
        answer = self._commit(begun, len(parts))
        return self._added_up(answer) if answer.document.get("outcome") else self._ended(begun, answer)

    def _begin(self, parts: Sequence[Packed]) -> str | Answer:
        """Return the id of the load, or the answer that refuses it."""
        codes = self.full_load.company_codes
        named = company_codes(parts[0].file) if codes is None else codes
        body = {"resource": Resource.INVOICES, "companyCodes": list(named)}
        if self.terms.extracted_at:
            body["extractedAt"] = self.terms.extracted_at
        key = self.terms.idempotency_key
        for _ in range(MOST_BEGINNINGS):
            response = self.sender.call("POST", SNAPSHOTS, self.bar, body, key)
            begun = members(response)
            if not (response.is_success and "id" in begun):
                return self.sender.answer(response)
            if begun.get("state") not in GIVEN_UP:
                for address in begun.get("abandoned") or ():
                    self.bar.remark(f"The full load of an earlier try is given up: {address}")
                return str(begun["id"])
            key = _digest(key, begun["id"])  # that of an earlier try, which ended
        raise SendingFailed(f"The full load was begun {MOST_BEGINNINGS} times under one key. Send it under another.")

    def _send_part(self, load: str, number: int, part: Packed, count: int) -> Answer:
        of_part = {"snapshot": load, "part": str(number)}
        terms = replace(self.terms, idempotency_key=_digest(self.terms.idempotency_key, load, number), of_load=of_part)
        where = f"Part {number} of {count} ({part.rows})"
        try:
            answer = self.sender.send(part, Resource.INVOICES, terms, self.bar)
        except SendingFailed as failure:
            raise SendingFailed(f"{where}: {failure} {AGAIN}", failure.exit_code) from None
        detail = f"{where}: {answer.detail} {AGAIN}"
        return replace(answer, document=of_file(answer.document, part.first), detail=detail)

    def _commit(self, load: str, count: int) -> Answer:
        body: dict[str, Any] = {"parts": count}
        if self.full_load.expected_open:
            body["expectedOpen"] = self.full_load.expected_open
        if self.full_load.allow_empty:
            body["allowEmpty"] = True
        return self.sender.answer(self.sender.call("POST", f"{SNAPSHOTS}/{load}/commit", self.bar, body))

    def _ended(self, load: str, answer: Answer) -> Answer:
        """Give up a load that was refused, so that it holds up no other; one that may go on later stays open."""
        if answer.exit_code != ExitCode.REFUSED:
            return answer
        try:
            response = self.sender.call("DELETE", f"{SNAPSHOTS}/{load}", self.bar)
        except SendingFailed as failure:
            return _left_open(answer, load, str(failure))
        if response.is_success or response.status_code in ENDED:
            return answer
        return _left_open(answer, load, self.sender.answer(response).detail)

    def _added_up(self, answer: Answer) -> Answer:
        codes = [answer.exit_code, *(ExitCode.PARTIAL for each in self.receipts if each["outcome"] == "partial")]
        worst = max(codes, key=lambda code: code.severity)
        with_rejected = tuple(each["id"] for each in self.receipts if each.get("invalid"))
        return replace(
            answer, document=added_up(self.receipts, answer.document), exit_code=worst, part_ids=with_rejected
        )


def _left_open(answer: Answer, load: str, reason: str) -> Answer:
    left = f"The full load {load} is still open, and ends by itself 6 hours after its last part: {reason}"
    return replace(answer, detail=f"{answer.detail} {left}")


def _digest(*of: object) -> str:
    return sha256("\0".join(map(str, of)).encode()).hexdigest()
