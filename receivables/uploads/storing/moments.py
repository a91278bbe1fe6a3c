"""What uploads know of the moments of an account, for reports as of one."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min

from config.database.base import LOCK_SHARED, execute_under, is_distributed
from receivables.reports.moments import Course, EndedLoad, LastUpload, Span, UploadMoments
from receivables.uploads.models import EFFECTIVE, FullLoad, Upload
from receivables.uploads.resources import Resource

# An index has the first and the last of each.
_OF_ACCOUNT = "FROM uploads_upload WHERE account_id = %(account)s AND merged_at IS NOT NULL"
_SPAN = f"""
SELECT greatest(f.moment, gap.moment), l.moment, c.moment, clock_timestamp()
FROM (SELECT min(merged_at) AS moment {_OF_ACCOUNT} AND resource = 'invoices') AS f
CROSS JOIN (SELECT max(merged_at) AS moment {_OF_ACCOUNT} AND resource = 'invoices' AND NOT has_full_history) AS gap
CROSS JOIN (SELECT max(merged_at) AS moment {_OF_ACCOUNT} AND resource = 'invoices') AS l
CROSS JOIN (SELECT max(merged_at) AS moment {_OF_ACCOUNT} AND resource = 'customers') AS c
"""  # noqa: S608 - our own texts
# On a cluster, where the rows are as well, as merges do.
_WAIT_THERE = (
    f"SELECT {LOCK_SHARED} FROM (SELECT max(id) FROM uploads_paddedfeed WHERE account_id = %(account)s) AS one"  # noqa: S608
)


class MomentsOfUploads(UploadMoments):
    def span(self, account_id: int) -> Span:
        first, *lasts, now = _moments(account_id)
        return Span(first, max(filter(None, lasts), default=None), now)

    def moment_of(self, account_id: int, upload_or_load: UUID) -> datetime | None:
        own, loads = Upload.objects.filter(account=account_id), FullLoad.objects.filter(account=account_id)
        ends = loads.filter(pk=upload_or_load).values_list("commit_id", "confirmation_id").first() or ()
        ids = [upload_or_load, *filter(None, ends)]
        moment: datetime | None = own.filter(pk__in=ids).aggregate(moment=Max("merged_at"))["moment"]
        return moment

    def last_upload(self, account_id: int, until: datetime | None = None) -> LastUpload | None:
        merged = Upload.objects.filter(account=account_id, resource=Resource.INVOICES, merged_at__isnull=False)
        merged = merged.filter(merged_at__lte=until) if until else merged
        last: Any = merged.order_by("-merged_at").values_list("id", "kind", "merged_at", "extracted_at").first()
        return LastUpload(*last) if last else None

    def first_full_load(self, account_id: int, after: datetime, codes: Collection[str] = ()) -> EndedLoad | None:
        ended = FullLoad.objects.filter(account=account_id, state__in=EFFECTIVE, ended_at__gt=after)
        of_codes = ended.of_codes(list(codes)) if codes else ended
        load: Any = of_codes.order_by("ended_at").values_list("id", "ended_at", "extracted_at", "company_codes").first()
        return EndedLoad(*load) if load else None

    def last_full_load(self, account_id: int) -> Course | None:
        ended = FullLoad.objects.filter(account=account_id, state__in=EFFECTIVE, ended_at__isnull=False)
        load: Any = ended.order_by("-ended_at").values_list("id", "ended_at").first()
        if load is None:
            return None
        uploads = Upload.objects.filter(account=account_id, load_id=load[0], merged_at__isnull=False)
        began: datetime | None = uploads.aggregate(moment=Min("merged_at"))["moment"]
        return Course(min(began or load[1], load[1]), load[1])

    def moments_of(self, account_id: int, uploads: Collection[UUID]) -> dict[UUID, datetime]:
        own = Upload.objects.filter(account=account_id, pk__in=uploads, merged_at__isnull=False)
        found: Any = own.values_list("id", "merged_at")
        return dict(found)

    def settle(self, account_id: int, moment: datetime) -> None:
        _, *lasts, _ = _moments(account_id)
        for resource, last in zip((Resource.INVOICES, Resource.CUSTOMERS), lasts, strict=True):
            if last is None or last < moment:  # the next one's moment is later than the last one's
                _wait(account_id, resource)


def _moments(account_id: int) -> tuple[datetime, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_SPAN, {"account": account_id})
        return cursor.fetchone()


def _wait(account_id: int, resource: str) -> None:
    """Wait until no upload merges: one that begins later has a later moment. What is read after it is from after the
    wait, for it is a statement of its own.
    """
    parameters = {"lock": f"upload:{account_id}:{resource}", "account": account_id}
    locks = f"SELECT {LOCK_SHARED}; {_WAIT_THERE}" if is_distributed() else f"SELECT {LOCK_SHARED}"
    with connection.cursor() as cursor:
        execute_under(cursor, f"lock_timeout = '{settings.UPLOAD_LOCK_SECONDS}s'", locks, parameters)
