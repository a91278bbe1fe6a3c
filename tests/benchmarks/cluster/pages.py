"""Pages that staff look at, of the service in this process."""

from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apiauth.models import Account
from receivables.figures.caching import cache_statuses, refresh_figures
from receivables.models import Invoice
from receivables.uploads.models import Draft
from tests.benchmarks import feed
from tests.benchmarks.cluster.service import ACCOUNTS, Service
from tests.benchmarks.cluster.side import Outcome
from tests.benchmarks.sending import WrongAnswer

MOST_SECONDS = 600
VIEWS = 2  # of one turn
FILE_ROWS, IN_FILE = 1000, 50_000_000  # of an uploaded file, and the first document in it


def page(service: Service, number: int, name: str) -> Outcome:
    """Look at a page a few times, with its figures cached; the seconds are those of the median look."""
    refresh_figures(cache_statuses(Account.objects.all()), MOST_SECONDS)
    return Outcome(median(_seconds(service, reverse(name)) for _ in range(VIEWS)), None)


def _seconds(service: Service, path: str) -> float:
    started = perf_counter()
    _checked(service.browser.get(path), path)
    return perf_counter() - started


def upload(service: Service, number: int) -> Outcome:
    """Choose a file, look at its preview, and confirm it, up to the receipt."""
    account = service.accounts[number % ACCOUNTS]
    content = feed.json_array(feed.invoices(FILE_ROWS, IN_FILE + number * FILE_ROWS))
    form = {"account": account.pk, "resource": "invoices", "handling": "strict"}
    before = Invoice.objects.filter(account=account).count()
    started = perf_counter()
    _sent(service, reverse("admin:uploads_upload_add"), form | {"file": SimpleUploadedFile("night.json", content)})
    draft = Draft.objects.filter(account=account).latest("created_at")
    confirmed = {"preview": draft.preview_id, "typed": account.name}  # which is required of large changes
    _sent(service, reverse("admin:uploads_draft_confirm", args=[draft.pk]), confirmed)
    seconds = perf_counter() - started
    stored = Invoice.objects.filter(account=account).count() - before
    if stored != FILE_ROWS:
        raise WrongAnswer(f"{stored} of the {FILE_ROWS} rows of a file were stored")
    return Outcome(seconds, stored)


def _sent(service: Service, path: str, form: dict[str, Any]) -> None:
    _checked(service.browser.post(path, form, follow=True), path)


def _checked(answer: Any, path: str) -> None:
    if answer.status_code != 200:
        raise WrongAnswer(f"{path} was answered with {answer.status_code}")


WORKS: dict[str, Callable[[Service, int], Outcome]] = {
    "upload page, to the receipt": upload,
    "admin's list of invoices": partial(page, name="admin:receivables_invoice_changelist"),
    "dashboard": partial(page, name="admin:index"),
}
