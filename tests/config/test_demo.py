"""What the first start makes, and what it prints."""

import json
import shlex
from collections import Counter
from io import StringIO
from itertools import pairwise

import pytest
from django.contrib.auth import get_user
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from apiauth.models import Account, ApiKey
from customers.models import Customer
from receivables.models import Invoice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def started() -> str:
    out = StringIO()
    call_command("prepare_demo", stdout=out)
    return out.getvalue()


def test_the_first_start_makes_200_customers_and_2_000_invoices():
    started()
    assert (Customer.objects.count(), Invoice.objects.count()) == (200, 2000)


def test_the_sample_looks_like_a_ledger():
    started()
    assert set(Invoice.objects.values_list("currency", flat=True)) == {"USD", "EUR", "GBP", "INR"}
    kinds = Counter(Invoice.objects.values_list("document_type", flat=True))
    assert 100 < kinds["DG"] < 250
    assert 20 < Invoice.objects.filter(due_date=None).count() < 120


def test_every_invoice_of_the_sample_has_its_customer():
    started()
    keys = set(Customer.objects.values_list("company_code", "customer_number_key"))
    assert set(Invoice.objects.values_list("company_code", "customer_number_key")) <= keys


def test_the_printed_upload_is_taken_and_a_second_one_changes_nothing():
    lines = started().splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("curl "))
    curl = shlex.split(" ".join(line.rstrip("\\") for line in lines[start : start + 3]))
    options = list(pairwise(curl))
    headers = dict(value.split(": ") for flag, value in options if flag == "-H")
    [body] = [value for flag, value in options if flag == "-d"]
    answers = [send(headers, body) for _ in range(2)]
    assert [(answer["created"], answer["unchanged"]) for answer in answers] == [(1, 0), (0, 1)]


def send(headers: dict[str, str], body: str) -> dict[str, int]:
    client = APIClient(headers={"api_key": headers["api_key"], "api_secret": headers["api_secret"]})
    return client.post("/jsonApi/upload/invoices", body, content_type=headers["Content-Type"]).json()


def test_the_printed_admin_can_log_in(settings):
    printed = started()
    login = json.loads((settings.VAR_DIR / "demo_login.json").read_text())
    assert f"user {login['username']}, password {login['password']}" in printed
    client = Client()
    client.post("/admin/login/", {name: login[name] for name in ("username", "password")})
    assert get_user(client).is_superuser


def test_the_logins_are_kept_for_their_owner_alone(settings):
    started()
    assert (settings.VAR_DIR / "demo_login.json").stat().st_mode & 0o777 == 0o600


def test_a_second_start_makes_nothing_and_prints_the_same():
    first = started()
    assert started() == first
    assert (Account.objects.count(), ApiKey.objects.count(), Invoice.objects.count()) == (1, 1, 2000)


def test_a_start_without_the_kept_logins_says_how_to_make_a_pair(settings):
    started()
    (settings.VAR_DIR / "demo_login.json").unlink()
    assert "manage.py create_api_key --account Demo" in started()
