"""What can be taken back: one upload, or a full load with all its uploads; and why another cannot.

An undo is an upload that can be taken back as well. So one upload may have been taken back and restored in turn: its
`undos` lead from the first undo of it to the one that is to be taken back now.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from apiauth.models import Account
from config.http.addresses import link_to
from receivables.uploads.loads import messages as of_loads
from receivables.uploads.messages import GroupedNumber, RenderedMessage
from receivables.uploads.models import EFFECTIVE, FullLoad, Kind, LoadState, Outcome, State, Upload
from receivables.uploads.resources import Resource
from receivables.uploads.undoing import messages

# Full loads that say what was open when they came, whether what they lack is closed or not.
ENDED = (*EFFECTIVE, LoadState.WITHHELD, LoadState.SUPERSEDED)


class UndoRefused(Exception):
    """Nothing is taken back; the answer is a 409."""

    def __init__(self, rendered: RenderedMessage):
        super().__init__(rendered.message)
        self.rendered = rendered


@dataclass(frozen=True)
class Step:
    """Uploads whose entries in the history stop to count because of an undo, `mark`, or count again."""

    uploads: list[Upload]
    mark: UUID
    counts_again: bool


@dataclass(frozen=True)
class Target:
    """What is to be taken back. `rows` are the uploads of a feed that it all began with: one, or those of the full load
    `load`. Where `undos` has any, the last of them is what is to be taken back, and the rows come back or go again.
    """

    account: Account
    rows: tuple[Upload, ...]
    undos: tuple[Upload, ...] = ()
    load: FullLoad | None = None

    @property
    def uploads(self) -> tuple[Upload, ...]:
        """The uploads that are to be taken back."""
        return self.undos[-1:] or self.rows

    @property
    def resource(self) -> str:
        return self.uploads[0].resource

    @property
    def restores(self) -> bool:
        """Whether what the rows did is to be done again."""
        return len(self.undos) % 2 == 1

    @property
    def withdraws(self) -> bool:
        """Whether items that its rows created are open and are to be withdrawn; undos find them in the history."""
        created_count = sum(upload.created_count for upload in self.rows)
        return not self.undos and self.resource == Resource.INVOICES and created_count > 0

    @cached_property
    def moments(self) -> list[datetime]:
        """When the uploads merged that are to be taken back, sorted."""
        return sorted(upload.merged_at for upload in self.uploads if upload.merged_at)

    @property
    def undone_by(self) -> Any:
        """The undo that took it back already."""
        return self.uploads[0].undone_by

    @property
    def url(self) -> str:
        if self.load and not self.undos:
            return link_to("snapshot-detail", self.load.pk)
        return link_to("upload-detail", self.uploads[0].pk)

    @property
    def has_parts(self) -> bool:
        """Whether several uploads may have changed a row to and fro, and were never taken back."""
        return len(self.uploads) > 1 and not self.restoring

    @cached_property
    def restoring(self) -> list[Upload]:
        """The undos by which the uploads count again that had been taken back before."""
        return self._restoring(self.uploads)

    def steps(self, undo: UUID) -> list[Step]:
        """Return how the marks change of all that is concerned, at the rows that `undo` takes back: the last level is
        undone by it, so that the one before counts again and undoes the one before that, and so on.
        """
        levels: list[tuple[Upload, ...]] = [self.rows, *((each,) for each in self.undos)]
        marks, until = [each.pk for each in self.undos], [each.merged_at for each in self.undos]
        return [
            Step([*level, *self._restoring(level, moment)], mark, counts_again=(len(levels) - number) % 2 == 0)
            for number, (level, mark, moment) in enumerate(zip(levels, [*marks, undo], [*until, None], strict=True))
        ]

    def _restoring(self, level: tuple[Upload, ...], until: datetime | None = None) -> list[Upload]:
        """Return the undos by which a level came to count again, of those before a moment."""
        known = [each for each in self._later_undos if until is None or (each.merged_at and each.merged_at < until)]
        ids, found = {upload.pk for upload in level}, []
        children = [each for each in known if each.undoes in ids or self._is_of_load(each, level)]
        while children:
            ids = {each.pk for each in children}
            found += (again := [each for each in known if each.undoes in ids])
            ids = {each.pk for each in again}
            children = [each for each in known if each.undoes in ids]
        return found

    def _is_of_load(self, undo: Upload, level: tuple[Upload, ...]) -> bool:
        return self.load is not None and level == self.rows and undo.undoes is None and undo.load_id == self.load.pk

    @cached_property
    def _later_undos(self) -> list[Upload]:
        undos = Upload.objects.of_account(self.account).filter(kind=Kind.UNDO, resource=self.resource)
        return list(undos.filter(merged_at__gt=self.moments[0]).order_by("merged_at"))


def target_of(found: Upload | FullLoad) -> Target:
    """Return what is taken back with an upload or a full load, as it is stored now. Raises UndoRefused where there is
    nothing of the kind, whatever the time.
    """
    if isinstance(found, FullLoad):
        return _of_load(found)
    upload = Upload.objects.select_related("account", "api_key").get(account=found.account_id, pk=found.pk)
    if upload.is_dry_run:
        raise UndoRefused(messages.DRY_RUN.rendered(id=upload.pk))
    if upload.state != State.FINISHED:
        raise UndoRefused(messages.NOT_FINISHED.rendered(id=upload.pk))
    if upload.kind == Kind.UNDO:
        return _of_undo(upload)
    if upload.outcome == Outcome.REFUSED or upload.merged_at is None:
        raise UndoRefused(messages.NOTHING_STORED.rendered(id=upload.pk))
    if upload.load_id:
        url = link_to("snapshot-undo", upload.load_id)
        raise UndoRefused(messages.OF_LOAD.rendered(id=upload.pk, url=url))
    return Target(upload.account, (upload,))


def _of_load(found: FullLoad) -> Target:
    load = FullLoad.objects.select_related("account").get(account=found.account_id, pk=found.pk)
    if load.state == LoadState.OPEN:
        raise UndoRefused(messages.LOAD_OPEN.rendered(url=link_to("snapshot-detail", load.pk)))
    uploads = _rows_of(load)
    if not uploads:
        raise UndoRefused(messages.NOTHING_STORED.rendered(id=load.pk))
    return Target(load.account, uploads, load=load)


def _rows_of(load: FullLoad) -> tuple[Upload, ...]:
    stored = Upload.objects.of_account(load.account).that_stored().filter(load_id=load.pk, merged_at__isnull=False)
    return tuple(stored.exclude(kind=Kind.UNDO).select_related("api_key").order_by("merged_at"))


def _of_undo(upload: Upload) -> Target:
    """Walk from an undo to the upload of rows, or the full load, that it all began with."""
    uploads = Upload.objects.of_account(upload.account).select_related("api_key")
    undos = [upload]
    while undos[0].undoes:
        earlier = uploads.get(pk=undos[0].undoes)
        if earlier.kind != Kind.UNDO:
            return Target(upload.account, (earlier,), tuple(undos))
        undos.insert(0, earlier)
    loads: Any = FullLoad.objects.select_related("account").filter(account=upload.account_id)
    load = loads.get(pk=undos[0].load_id)
    return Target(upload.account, _rows_of(load), tuple(undos), load)


def check(target: Target) -> None:
    """Raise UndoRefused where a target cannot be taken back any more, or not yet."""
    if target.undone_by:
        raise UndoRefused(messages.ALREADY_UNDONE.rendered(url=link_to("upload-detail", target.undone_by)))
    for upload in target.uploads:
        if not upload.has_full_history:
            raise UndoRefused(messages.NO_FULL_HISTORY.rendered(id=upload.pk))
    if target.moments[0] < timezone.now() - timedelta(days=settings.UNDO_DAYS):
        at, days = of_loads.moment_text(target.moments[0]), GroupedNumber(settings.UNDO_DAYS)
        raise UndoRefused(messages.TOO_OLD.rendered(at=at, days=days))
    if target.load and target.load.commit_id:  # of one that was never ended, the uploads are changes
        _refuse_later_load(target, target.load)


def _refuse_later_load(target: Target, load: FullLoad) -> None:
    """What a later full load of one of its company codes says, nothing earlier can say otherwise."""
    others = FullLoad.objects.of_account(target.account).of_codes(load.company_codes).exclude(pk=load.pk)
    later = others.filter(state__in=ENDED, ended_at__gt=target.moments[-1])
    if other := later.order_by("-ended_at").first():
        codes = of_loads.codes_value(sorted({*load.company_codes} & {*other.company_codes}))
        raise UndoRefused(messages.LATER_LOAD.rendered(url=link_to("snapshot-detail", other.pk), codes=codes))
