"""The database of the tests, migrated to and fro."""

from django.core.management import call_command


def migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0)
