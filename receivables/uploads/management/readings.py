"""From the options of `send_feed` to what is sent, and how its file is read. Raises SendingFailed for wrong ones."""

from typing import Any
from uuid import uuid4

from receivables.uploads.client.addresses import Address
from receivables.uploads.client.failures import SendingFailed
from receivables.uploads.client.feeds import Feed
from receivables.uploads.client.requests import Terms
from receivables.uploads.files.file_types import FILE_TYPES, FileType, type_by_name
from receivables.uploads.files.table_rows import nearest_field
from receivables.uploads.files.tables import AS_EXTRA, IGNORED, Reading, field_names
from receivables.uploads.management.options import READING_FLAGS
from receivables.uploads.resources import Resource

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
    file_type = FILE_TYPES[options["format"]] if options["format"] else type_by_name(name)
    if file_type is None:
        names = ", ".join(FILE_TYPES)
        raise SendingFailed(f"{name}: its name does not tell its format. Add --format ({names}).")
    stated: dict[str, Any] = {member: options[member] or "" for member in READING_FLAGS}  # an empty encoding is found
    return Feed(resource, file_type, Reading(**stated | {"columns": _columns(options["columns"], resource)}))


def refuse_options_of_others(options: dict[str, Any], file_type: FileType) -> None:
    """Refuse options that say nothing of a file of this type."""
    for member, flag in READING_FLAGS.items():
        if options[member] and member not in file_type.options:
            own = [each for each in FILE_TYPES.values() if member in each.options]
            files = own[0].plural if len(own) == 1 else f"tables ({', '.join(each.name.upper() for each in own)})"
            raise SendingFailed(f"{flag} is for {files}, and the file is {file_type.name.upper()}. Leave it out.")


def terms_of(options: dict[str, Any], feed: Feed) -> Terms:
    if options["expected_total"] and feed.resource != Resource.INVOICES:
        raise SendingFailed("--expected-total is for invoices: customers have no amounts.")
    return Terms(
        options["idempotency_key"] or str(uuid4()),
        is_dry_run=options["dry_run"],
        is_lenient=options["lenient"],
        is_table=feed.file_type.is_table,
        expected_total=options["expected_total"],
    )


def _option(name: str) -> str:
    return "FILE" if name == "file" else f"--{name.replace('_', '-')}"


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
