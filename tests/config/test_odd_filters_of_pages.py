"""Whatever the address of a page of the admin says of filters, pages or orders, no answer is a 500."""

from urllib.parse import quote

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.urls import reverse

from tests.config.test_odd_parameters import ODD
from tests.factories import InvoiceFactory, StaffFactory

pytestmark = pytest.mark.full

# A part of the values for each filter, and for the next one another: pages take long. At night, all.
SHARES = [pytest.param(8, id="an eighth"), pytest.param(1, id="all", marks=pytest.mark.nightly)]
OF_ALL_LISTS = ["q", "p", "o", "e", "all", "_facets", "_popup", "_to_field", "saved", "name", "id__exact"]


def filters_of(model_admin, user):
    """Return the names of the parameters that the filters of a list know."""
    request = RequestFactory().get("/")
    request.user = user
    specs = model_admin.get_changelist_instance(request).filter_specs
    return [name for spec in specs for name in spec.expected_parameters() if name]


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label_lower)
def test_no_value_of_a_filter_is_an_error_of_ours(model, share, account):
    InvoiceFactory(account=account)
    user = StaffFactory(is_superuser=True)
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    found = []
    for at, name in enumerate([*filters_of(admin.site._registry[model], user), *OF_ALL_LISTS]):
        for odd, value in [*ODD.items()][at % share :: share]:
            sent = quote(value, safe="", errors="surrogatepass")
            status = browser.get(f"{address}?{name}={sent}").status_code
            if status not in (200, 302, 400, 403, 404):
                found.append((name, odd, status))
    assert found == []
