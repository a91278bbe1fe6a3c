"""Why a full load is withheld whatever it lacks: what may be open and is not known to be."""

from django.db.models import Exists, OuterRef, Sum

from receivables.uploads.loads import messages
from receivables.uploads.loads.brake import Reason
from receivables.uploads.loads.presence import is_unknown
from receivables.uploads.messages import GroupedNumber
from receivables.uploads.models import Form, FullLoad, LoadRequest, Upload


def doubts(load: FullLoad) -> list[Reason]:
    """Return what is in doubt of a load that is about to end."""
    found = [_failed_requests(load)] if load.form == Form.AUTOMATIC else []
    return [reason for reason in (*found, unknown(load)) if reason]


def failed_count(load: FullLoad) -> int:
    """Return how many requests of an automatic load failed: no upload came of them, or none of their rows was taken."""
    requests = LoadRequest.objects.of_load(load)
    stored = Upload.objects.of_account(load.account).that_stored().filter(pk=OuterRef("upload_id"))
    turned_away = requests.filter(upload_id=None).aggregate(count=Sum("count"))["count"] or 0
    failed: int = turned_away + requests.filter(~Exists(stored), upload_id__isnull=False).count()
    return failed


def _failed_requests(load: FullLoad) -> Reason | None:
    count = failed_count(load)
    return Reason(messages.FAILED_REQUESTS.rendered(count=GroupedNumber(count))) if count else None


def unknown(load: FullLoad) -> Reason | None:
    """Say where uploads after the cut-off of a load may have seen what it lacks. No confirmation changes that."""
    extracted = messages.moment_text(load.as_of)
    return Reason(messages.SEEN_UNKNOWN.rendered(extracted=extracted)) if is_unknown(load) else None
