"""The groups that are there after migrating."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from apiauth.models import Account, ApiKey
from customers.models import Customer
from receivables.models import Invoice
from receivables.uploads.models import Upload
from tests.apiauth.conftest import admin_url, row_of, signed_in
from tests.factories import StaffFactory

pytestmark = pytest.mark.django_db

READ = {"view_customer", "view_invoice", "view_upload", "view_fullload"}
MAY = {
    "Viewer": READ,
    "Collector": READ | {"add_upload"},
    "Administrator": READ
    | {"add_upload", "confirm_fullload", "undo_upload"}
    | {"view_account", "change_account", "view_apikey", "add_apikey", "change_apikey"},
}
OF_NOTES = ("invoicenote", "tag")


def may(name):
    """Return the permissions of a group, without those in notes and tags."""
    held = Group.objects.get(name=name).permissions.values_list("codename", flat=True)
    return {codename for codename in held if not codename.endswith(OF_NOTES)}


@pytest.mark.parametrize("name", MAY)
def test_each_group_has_its_permissions_and_no_other(name):
    assert may(name) == MAY[name]


def test_to_migrate_again_brings_back_what_is_missing_and_takes_nothing():
    viewer = Group.objects.get(name="Viewer")
    viewer.permissions.set(Permission.objects.filter(codename="add_group"))
    Group.objects.get(name="Collector").delete()
    call_command("migrate", verbosity=0)
    assert may("Viewer") == READ | {"add_group"}
    assert may("Collector") == MAY["Collector"]


PAGES = {
    "Viewer": {Invoice, Customer, Upload},
    "Collector": {Invoice, Customer, Upload},
    "Administrator": {Invoice, Customer, Upload, Account, ApiKey},
}


@pytest.mark.parametrize("name", PAGES)
def test_members_of_a_group_open_the_pages_of_its_models_and_no_others(name, own):
    user = StaffFactory()
    user.groups.add(Group.objects.get(name=name))
    own.members.add(user)
    browser = signed_in(user)
    for model in (Invoice, Customer, Upload, Account, ApiKey):
        expected = 200 if model in PAGES[name] else 403
        assert browser.get(admin_url(model, "changelist")).status_code == expected
        assert browser.get(admin_url(row_of(model, own))).status_code == expected
