"""From the options of `send_feed` to what is sent, and how its file is read. Raises SendingFailed for wrong ones."""

from typing import Any

from receivables.uploads.client.addresses import Address
from receivables.uploads.client.deliveries import Feed
from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.client.packing import Terms
from receivables.uploads.files.readers import FeedFormat, format_of
from receivables.uploads.files.table_rows import nearest_field
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, Reading, field_names
from receivables.uploads.management.options import new_idempotency_key
from receivables.uploads.resources import Resource

OF_CSV = ("encoding", "delimiter")
OF_WORKBOOKS = ("sheet", "excel_dates")
OF_TABLES = ("map", "number_format", "date_format")
MEMBERS = {
    "encoding": "encoding",
    "delimiter": "delimiter",
    "sheet": "sheet",
    "number_format": "numbers",
    "date_format": "dates",
    "excel_dates": "day_cells",
}
OF_ONE_FILE = ("file", "dry_run", "rejected", "idempotency_key", "expected_total", "json")
OF_FOLDERS = ("once", "settle", "pattern")


def resource_of(options: dict[str, Any], address: Address) -> str:
    """Return what the argument says, or the address if it names an upload; empty where neither says it."""
    for named in filter(None, (options["resource"], address.resource)):
        if named not in Resource.values:
            raise SendingFailed(f"There is no upload of {named!r}. Name one of {', '.join(Resource.values)}.")
    if address.resource and options["resource"] not in ("", address.resource):
        raise SendingFailed(
            f"The address is that of {address.resource}, and the argument says {options['resource']}. Leave one out."
        )
    return options["resource"] or address.resource


def refuse_contradictions(options: dict[str, Any]) -> None:
    """Refuse options of a folder for a file, and those of a file for a folder."""
    others = OF_ONE_FILE if options["watch"] else OF_FOLDERS
    given = next((name for name in others if options[name] not in (None, False, "", [])), None)
    if given and options["watch"]:
        raise SendingFailed(f"{_option(given)} is for one file. Leave it out, or leave out --watch.")
    if given:
        raise SendingFailed(f"{_option(given)} is for a folder. Name one with --watch DIR.")


def feed_of(options: dict[str, Any], resource: str, name: str) -> Feed:
    """Return what a file of this name holds, and how it is read."""
    named = options["format"] or format_of(name)
    if named is None:
        formats = ", ".join(FeedFormat)
        raise SendingFailed(f"{name}: its name does not tell its format. Add --format ({formats}).")
    return Feed(resource, FeedFormat(named), _reading(options, resource))


def refuse_options_of_others(options: dict[str, Any], feed_format: FeedFormat) -> None:
    """Refuse options that say nothing of a file of this format."""
    own = {FeedFormat.CSV: OF_CSV + OF_TABLES, FeedFormat.XLSX: OF_WORKBOOKS + OF_TABLES}.get(feed_format, ())
    for name in (*OF_CSV, *OF_WORKBOOKS, *OF_TABLES):
        if options[name] and name not in own:
            kind = "CSV files" if name in OF_CSV else "workbooks" if name in OF_WORKBOOKS else "tables (CSV, XLSX)"
            raise SendingFailed(f"{_option(name)} is for {kind}, and the file is {feed_format.upper()}. Leave it out.")


def terms_of(options: dict[str, Any], feed: Feed) -> Terms:
    if options["expected_total"] and feed.resource != Resource.INVOICES:
        raise SendingFailed("--expected-total is for invoices: customers have no amounts.")
    return Terms(
        options["idempotency_key"] or new_idempotency_key(),
        is_dry_run=options["dry_run"],
        is_lenient=options["lenient"],
        is_table=feed.feed_format.is_table,
        expected_total=options["expected_total"],
    )


def _option(name: str) -> str:
    return "FILE" if name == "file" else f"--{name.replace('_', '-')}"


def _reading(options: dict[str, Any], resource: str) -> Reading:
    given: dict[str, Any] = {
        member: str(options[name] or "") for name, member in MEMBERS.items()
    }  # without an encoding it is found
    return Reading(columns=_columns(options["map"], resource), **given)


def _columns(mapped: list[tuple[str, str]], resource: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    known = {*field_names(resource), AS_EXTRA, IGNORED}
    for name, field in mapped:
        if field not in known:
            near = nearest_field(field, resource)
            raise SendingFailed(f"--map {name}={field}: {field} is no field.{f' Did you mean {near}?' if near else ''}")
        if columns.setdefault(name, field) != field:
            raise SendingFailed(f"--map says two things of the column {name}: {columns[name]} and {field}.")
    return columns
