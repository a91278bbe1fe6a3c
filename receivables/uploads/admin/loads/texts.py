"""How full loads are named and shown."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from receivables.admin.shared.cells import label
from receivables.uploads.admin.texts import number
from receivables.uploads.models import Form, FullLoad, LoadState

TONES: dict[str, str] = {
    LoadState.OPEN: "info",
    LoadState.CLOSED: "success",
    LoadState.NOTHING_TO_CLOSE: "success",
    LoadState.WITHHELD: "warning",
    LoadState.REFUSED: "danger",
}
MEANINGS: dict[str, Any] = {
    LoadState.OPEN: gettext_lazy("Its parts are still coming. What it lacks is closed when its sender commits it."),
    LoadState.CLOSED: gettext_lazy(
        "It came with all that is open in its company codes. The items that it lacked are no longer owed."
    ),
    LoadState.NOTHING_TO_CLOSE: gettext_lazy("It came with all open items of its company codes, so nothing closed."),
    LoadState.WITHHELD: gettext_lazy(
        "Its rows are stored, but the items that it lacks stay open until somebody confirms that they are no longer "
        "owed."
    ),
    LoadState.SUPERSEDED: gettext_lazy(
        "Its rows are stored. It closed nothing and can no longer be confirmed, because a later full load of its "
        "company codes came."
    ),
    LoadState.REFUSED: gettext_lazy("It was refused and closed nothing."),
    LoadState.ABANDONED: gettext_lazy("Its sender abandoned it. The rows that came are stored, and nothing closed."),
    LoadState.EXPIRED: gettext_lazy(
        "Its sender never committed it, so it expired. The rows that came are stored, and nothing closed."
    ),
    LoadState.UNDONE: gettext_lazy(
        "It was taken back. Its rows are what they were before it, and what it closed is open again, but for what came "
        "later."
    ),
}
CODES_SHOWN = 5


def state_label(load: FullLoad, text: str = "") -> SafeString:
    return label(text or load.get_state_display(), TONES.get(load.state, ""))


def meaning(load: FullLoad) -> Any:
    """Return what the state of a load means for the items, in a sentence."""
    if load.state == LoadState.OPEN and load.form == Form.AUTOMATIC:
        return _("Uploads of its key are still coming. It ends by itself when none came for a while.")
    return MEANINGS[load.state]


def code_name(code: str) -> str:
    return code or _("blank company code")


def code_names(codes: Iterable[str]) -> str:
    """Return the names of company codes, of many only the first."""
    names = [code_name(code) for code in codes]
    more = [_("%(count)s more") % {"count": number(len(names) - CODES_SHOWN)}] if len(names) > CODES_SHOWN else []
    return ", ".join([*names[:CODES_SHOWN], *more])


def named_codes(codes: Iterable[str]) -> str:
    """Return company codes as part of a sentence, of many only the first."""
    names = [code or _("(blank)") for code in codes]
    text = ngettext("company code %(codes)s", "company codes %(codes)s", len(names))
    return text % {"codes": code_names(names)}


def size_text(load: FullLoad) -> str | None:
    """Return how many items a load had; they are counted when it ends, and not before."""
    return number(load.row_count) if load.commit_id else None


def items_text(count: int) -> str:
    return ngettext("%(count)s item", "%(count)s items", count) % {"count": number(count)}


def nights_text(count: int) -> str:
    return ngettext("withheld for %(count)s night", "withheld for %(count)s nights", count) % {"count": number(count)}


def moment(at: datetime | None) -> str:
    return "" if at is None else date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def page_of(load: FullLoad, name: str = "change") -> str:
    """Return the address of a page of a load."""
    return reverse(f"admin:uploads_fullload_{name}", args=[load.pk])
