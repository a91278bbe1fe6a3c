"""The database of the tests, migrated to and fro."""

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0)


def model_now(app, name):
    """Return a model of the table as it is at the moment, however far it is migrated."""
    executor = MigrationExecutor(connection)
    applied = [node for node in executor.loader.graph.nodes if node in executor.loader.applied_migrations]
    return executor.loader.project_state(applied).apps.get_model(app, name)


def stored_invoice(account, **values):
    stored = {"customer_number": "4711", "invoice_amount": 100} | values
    return model_now("receivables", "Invoice").objects.create(account_id=account.pk, **stored)
