"""Logging in, and the frame that all pages of the admin share."""

import pytest
from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.smoke
def test_whoever_logs_in_lands_on_the_dashboard(back_office):
    back_office.page.context.clear_cookies()
    User.objects.create_superuser("bea", password="a long pass phrase")
    back_office.log_in("bea", "a long pass phrase")
    assert back_office.page.get_by_role("link", name="Invoices").first.is_visible()


@pytest.mark.parametrize("list_of", ["receivables/invoice", "customers/customer", "uploads/upload", "apiauth/apikey"])
def test_a_list_opens_from_the_side_bar(back_office, list_of):
    back_office.page.locator(f'a[href="/admin/{list_of}/"]').first.click()
    back_office.page.wait_for_url(f"**/admin/{list_of}/")
    assert back_office.page.locator("#changelist").is_visible()
