"""Days that pass: whatever is stored becomes older by as much."""

from datetime import timedelta

from django.apps import apps
from django.db.models import DateTimeField, F

# What uploads, rows and their histories have moments in.
APPS = ("uploads", "receivables", "customers")


def days_pass(count: float) -> None:
    """Have stored moments lie so many days further back, in their order and distance."""
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            names = [field.name for field in model._meta.concrete_fields if isinstance(field, DateTimeField)]
            if names:
                model._default_manager.update(**{name: F(name) - timedelta(days=count) for name in names})
