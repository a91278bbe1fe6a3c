"""What a feed brings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Resource(models.TextChoices):
    INVOICES = "invoices", _("invoices")
    CUSTOMERS = "customers", _("customers")
