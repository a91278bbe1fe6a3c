"""Two accounts with the same rows, and staff of one of them, who made a key pair."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser, Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apiauth.models import Account, ApiKey
from receivables.models.notes_and_tags import Tag
from receivables.uploads.models import Form, FullLoad, Upload
from tests.apiauth.key_pairs import make_pair
from tests.factories import AccountFactory, CustomerFactory, InvoiceFactory, StaffFactory

# Of closing, in the form of an account.
LIMITS = {
    "closing_max_share": 20,
    "closing_max_items": 50,
    "closing_max_items_by_amount": 10,
    "closing_max_amount": "",
    "closing_min_rows": 70,
}


def account_with_rows(name: str) -> Account:
    """Return an account that has one row of everything: key pair, invoice, customer, upload, full load, tag."""
    account = AccountFactory(name=name)
    InvoiceFactory(account=account, invoice_amount=12112)
    CustomerFactory(account=account)
    Tag.objects.create(account=account, name=f"Tag of {name}")
    api_key, _ = ApiKey.objects.issue(account)
    Upload.objects.create(
        account=account, api_key=api_key, resource="invoices", outcome="accepted", duration=timedelta(seconds=1)
    )
    of_load = {"form": Form.REQUEST, "company_codes": ["1000"], "cutoff": timezone.now()}
    FullLoad.objects.create(account=account, api_key=api_key, **of_load)
    return account


def row_of(model: Any, account: Account) -> Any:
    return account if model is Account else model.objects.filter(account=account).first()


def admin_url(row: Any, page: str = "change") -> str:
    """Return the address of a row's page, or of a model's."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}"
    return reverse(name) if isinstance(row, type) else reverse(name, args=[row.pk])


def signed_in(user: AbstractUser) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def own(db: None) -> Account:
    return account_with_rows("Own Ltd")


@pytest.fixture
def foreign(db: None) -> Account:
    return account_with_rows("Foreign Ltd")


@pytest.fixture
def staff(own: Account, foreign: Account) -> Client:
    """The browser of someone who may do everything, but belongs to one account alone."""
    user = StaffFactory()
    user.user_permissions.set(Permission.objects.all())
    own.members.add(user)
    return signed_in(user)


@pytest.fixture
def superuser(db: None) -> Client:
    return signed_in(StaffFactory(is_superuser=True))


@pytest.fixture
def made(own: Account, staff: Client) -> tuple[Any, ApiKey]:
    """The answer to making a pair, and the pair's row."""
    return make_pair(staff, own), ApiKey.objects.get(name="SAP feed")


@pytest.fixture
def _fast_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the others are slow on purpose
