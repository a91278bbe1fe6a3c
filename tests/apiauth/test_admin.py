"""What staff see and may do in the admin, of all apps."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User

from apiauth.models import Account, ApiKey
from customers.models import Customer
from receivables.models import Invoice
from receivables.models.notes_and_tags import Tag
from receivables.uploads.models import FullLoad, Upload
from tests.apiauth.conftest import LIMITS, admin_url, row_of
from tests.conftest import client_of
from tests.factories import invoice_row

OWNED = [Account, ApiKey, Customer, FullLoad, Invoice, Tag, Upload]
FED = [Customer, FullLoad, Invoice, Upload]


def named(model):
    return model.__name__


@pytest.fixture
def any_row(own, staff):
    """A row of any model; where a new one is registered, say here how it comes to have a row."""
    others = {User: User, Group: Group}
    return lambda model: row_of(model, own) if model in OWNED else others[model].objects.first()


REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


@pytest.mark.parametrize("model", REGISTERED, ids=named)
def test_every_registered_model_has_pages_for_a_superuser(model, any_row, superuser):
    row = any_row(model)
    changelist = superuser.get(admin_url(model, "changelist"))
    assert (changelist.status_code, changelist.content.decode().count(admin_url(row))) == (200, 1)
    assert superuser.get(admin_url(row)).status_code == 200
    assert superuser.get(admin_url(row, "history")).status_code == 200


@pytest.mark.parametrize("model", REGISTERED, ids=named)
def test_every_registered_model_can_be_searched(model, any_row, superuser):
    assert superuser.get(admin_url(model, "changelist"), {"q": "4711"}).status_code == 200


@pytest.mark.parametrize("model", OWNED, ids=named)
def test_a_list_shows_staff_the_rows_of_their_accounts_alone(model, own, foreign, staff):
    page = staff.get(admin_url(model, "changelist")).content.decode()
    assert admin_url(row_of(model, own)) in page
    assert admin_url(row_of(model, foreign)) not in page


@pytest.mark.parametrize("model", OWNED, ids=named)
def test_a_list_names_no_foreign_account_to_staff_not_even_as_a_filter(model, staff):
    assert "Foreign Ltd" not in staff.get(admin_url(model, "changelist")).content.decode()


@pytest.mark.parametrize("model", [ApiKey, *FED], ids=named)
def test_a_list_offers_staff_of_several_accounts_a_filter_by_each(model, own, foreign, staff):
    foreign.members.set(own.members.all())
    page = staff.get(admin_url(model, "changelist")).content.decode()
    assert f"?account__id__exact={own.pk}" in page
    assert f"?account__id__exact={foreign.pk}" in page


def test_the_page_of_an_upload_shows_what_its_sender_was_told(own, superuser):
    client_of(own).post("/jsonApi/upload/invoices", [invoice_row(invoiceAmount="many", dueDat="")])
    page = superuser.get(admin_url(own.uploads.get(outcome="refused"))).content.decode()
    assert "unknown_field" in page
    assert "invoiceAmount" in page


@pytest.mark.parametrize("model", [ApiKey, *FED], ids=named)
def test_filtering_by_a_foreign_account_shows_staff_nothing(model, foreign, staff):
    page = staff.get(admin_url(model, "changelist"), {"account__id__exact": foreign.pk}).content.decode()
    assert admin_url(row_of(model, foreign)) not in page


@pytest.mark.parametrize("page", ["change", "history", "delete"])
@pytest.mark.parametrize("model", OWNED, ids=named)
def test_a_foreign_row_has_no_page_for_staff(model, page, foreign, staff):
    response = staff.get(admin_url(row_of(model, foreign), page))
    assert response.status_code in (403, 404)
    assert b"Foreign Ltd" not in response.content


@pytest.mark.parametrize("model", OWNED, ids=named)
def test_an_own_row_has_its_page_for_staff(model, own, staff):
    assert staff.get(admin_url(row_of(model, own))).status_code == 200


@pytest.mark.parametrize("model", OWNED, ids=named)
def test_a_superuser_sees_the_rows_of_every_account(model, own, foreign, superuser):
    page = superuser.get(admin_url(model, "changelist")).content.decode()
    assert admin_url(row_of(model, own)) in page
    assert admin_url(row_of(model, foreign)) in page


def test_staff_who_belong_to_no_account_see_no_row(own, staff):
    own.members.clear()
    for model in OWNED:
        assert admin_url(row_of(model, own)) not in staff.get(admin_url(model, "changelist")).content.decode()


@pytest.mark.parametrize("model", OWNED, ids=named)
def test_staff_without_permissions_are_refused(model, own, staff):
    own.members.get().user_permissions.clear()
    assert staff.get(admin_url(model, "changelist")).status_code == 403


def test_the_form_of_a_new_pair_offers_staff_their_accounts_alone(staff):
    page = staff.get(admin_url(ApiKey, "add")).content.decode()
    assert "Own Ltd</option>" in page
    assert "Foreign Ltd" not in page


def test_staff_cannot_make_a_pair_for_a_foreign_account(foreign, staff):
    response = staff.post(admin_url(ApiKey, "add"), {"account": foreign.pk, "name": "", "scopes": ["read"]})
    assert b"Select a valid choice" in response.content
    assert foreign.api_keys.count() == 1


def test_staff_cannot_change_a_foreign_account(foreign, staff):
    form = {"name": "Taken over", "amount_decimal_places": 0, "upload_handling": "strict"} | LIMITS
    staff.post(admin_url(foreign), form)
    foreign.refresh_from_db()
    assert foreign.name == "Foreign Ltd"


@pytest.mark.parametrize("model", [Customer, Invoice], ids=named)
def test_not_even_a_superuser_adds_a_fed_row(model, superuser):
    assert superuser.get(admin_url(model, "add")).status_code == 403
    assert superuser.post(admin_url(model, "add"), {}).status_code == 403


@pytest.mark.parametrize("page", ["change", "delete"])
@pytest.mark.parametrize("model", FED, ids=named)
def test_not_even_a_superuser_changes_or_deletes_a_fed_row(model, page, own, superuser):
    before = model.objects.filter(account=own).values().get(pk=row_of(model, own).pk)
    assert superuser.post(admin_url(row_of(model, own), page), {"post": "yes"}).status_code == 403
    assert model.objects.values().get(pk=before["id"]) == before


@pytest.mark.parametrize("model", [ApiKey, *FED], ids=named)
def test_no_list_of_kept_rows_offers_to_delete_them(model, own, superuser):
    row = row_of(model, own)
    chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    superuser.post(admin_url(model, "changelist"), chosen)
    assert model.objects.filter(pk=row.pk).exists()


def test_a_page_of_a_fed_row_has_no_field_to_fill_in(own, superuser):
    page = superuser.get(admin_url(row_of(Invoice, own))).content.decode()
    assert 'name="invoice_amount"' not in page
    assert "12112" in page


def test_anonymous_visitors_are_sent_to_the_login(own, client):
    response = client.get(admin_url(own))
    assert (response.status_code, response.url.split("?")[0]) == (302, "/admin/login/")


def test_a_nul_in_a_filter_of_a_list_is_refused(superuser):
    assert superuser.get("/admin/uploads/upload/?outcome__exact=%00").status_code == 400


@pytest.mark.parametrize(
    "lookup", ["created_at__year=99999", "customer_number__regex=(", "due_date__year=9999999999", "account__name=x"]
)
def test_a_lookup_that_no_filter_offers_is_refused(lookup, superuser):
    assert superuser.get(f"/admin/receivables/invoice/?{lookup}").status_code == 400


@pytest.mark.parametrize("chosen", ["x", "\0", ["1", "x"]])
@pytest.mark.parametrize(
    ("model", "action"), [(ApiKey, "revoke"), (Account, "delete_selected"), (User, "delete_selected")]
)
def test_an_action_on_what_is_no_row_is_refused(model, action, chosen, superuser):
    chosen = {"action": action, "_selected_action": chosen}
    assert superuser.post(admin_url(model, "changelist"), chosen).status_code == 400


@pytest.mark.parametrize(
    ("members", "status"), [("x", 400), (["1", "x"], 400), ("9" * 5000, 400), ("9" * 30, 200), ("0", 200)]
)
def test_a_member_who_is_no_row_is_refused(members, status, own, superuser):
    form = {"name": "Other", "upload_handling": "strict", "amount_decimal_places": "0", "members": members} | LIMITS
    for address in (admin_url(own), admin_url(Account, "add")):
        assert superuser.post(address, form).status_code == status
    assert not Account.objects.filter(name="Other").exists()


@pytest.mark.parametrize("model", OWNED, ids=named)
def test_an_address_that_names_no_field_leads_to_the_row(model, own, superuser):
    assert superuser.get(f"{admin_url(row_of(model, own))}?_to_field=").status_code == 200


@pytest.mark.parametrize("page", ["0", "2", "x", ""])
def test_the_search_of_pages_has_one_page(page, superuser):
    assert superuser.get(f"/admin/search/?s=inv&page={page}").status_code == 404
    assert "Invoices" in superuser.get("/admin/search/?s=inv&page=1").content.decode()


def test_a_nul_in_a_cookie_is_refused(client):
    client.cookies["sessionid"] = "abc\0"
    assert client.get("/admin/login/").status_code == 400


def test_staff_who_are_no_superusers_are_not_offered_each_others_names(own, staff):
    assert b'name="members"' not in staff.get(admin_url(own)).content
