"""Nothing in the admin tells staff of an account that is not theirs.

Pages are taken from what is registered, so that a model that is registered anew is looked at without being named here.
"""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.db.models import ForeignKey, ManyToManyField, OneToOneField

from apiauth.models import Account, ApiKey
from receivables.uploads.models import FullLoad, Upload
from tests.apiauth.conftest import admin_url, row_of

STAFF_MODELS = {User, Group}  # for superusers alone
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)
OWNED = [model for model in REGISTERED if model not in STAFF_MODELS]
ALL = pytest.mark.parametrize("model", OWNED, ids=lambda model: model.__name__)


@pytest.fixture
def telltale(foreign):
    """Texts that stand in no page of staff of another account."""
    foreign.api_keys.update(name="Foreign feed")
    foreign.invoices.update(customer_name="Foreign Customer", invoice_number="FOREIGN-1")
    foreign.customers.update(company_name="Foreign Customer")
    [key] = foreign.api_keys.all()
    [upload] = foreign.uploads.all()
    return ["Foreign Ltd", "Foreign feed", "Foreign Customer", "FOREIGN-1", key.key, str(upload.pk)]


def told(response, telltale):
    return [text for text in telltale if text in response.content.decode()]


def test_every_registered_model_belongs_to_an_account_or_is_for_superusers():
    """A new model needs an `account`, or a test that says whose it is."""
    for model in OWNED:
        assert model is Account or model._meta.get_field("account").related_model is Account, model


@ALL
def test_a_list_and_its_search_tell_of_no_foreign_row(model, staff, telltale):
    address = admin_url(model, "changelist")
    for query in ({}, {"q": "Foreign"}, {"q": telltale[4]}, {"all": ""}, {"_popup": "1"}):
        assert told(staff.get(address, query), [text for text in telltale if text != query.get("q")]) == []


LOOKUPS = [
    "account__name=Foreign+Ltd",
    "account__name__startswith=F",
    "account__members__username=x",
    "account__api_keys__key__startswith=ak_",
    "account__api_keys__secret_digest__startswith=a",
    "secret_digest__startswith=a",
    "members__password__startswith=a",
    "pk__gt=0",
]


@ALL
@pytest.mark.parametrize("lookup", LOOKUPS)
def test_a_lookup_that_would_ask_about_others_is_refused(lookup, model, staff):
    assert staff.get(f"{admin_url(model, 'changelist')}?{lookup}").status_code == 400


@ALL
@pytest.mark.parametrize("field", ["secret_digest", "key", "account", "password", "name"])
def test_no_other_field_can_be_had_in_place_of_the_key_of_a_row(field, model, own, staff):
    assert staff.get(admin_url(model, "changelist"), {"_to_field": field, "_popup": "1"}).status_code == 400
    page = staff.get(admin_url(row_of(model, own)), {"_to_field": field, "_popup": "1"})
    assert page.status_code == (
        200 if model in (FullLoad, Upload) else 400
    )  # these are looked up by its key, whatever is asked


PAGES = ["change", "history", "delete"]
ACTIONS = {ApiKey: ["replace_one", "revoke_one"], Account: ["disable", "enable"]}
OF_ROWS = [(model, page) for model in OWNED for page in PAGES + ACTIONS.get(model, [])]


def missing_row(model):
    """Return a row that there is not, of the same kind of key."""
    return model(
        pk="00000000-0000-4000-8000-000000000000" if model._meta.pk.get_internal_type() == "UUIDField" else 10**9
    )


@pytest.mark.parametrize(("model", "page"), OF_ROWS, ids=lambda each: getattr(each, "__name__", each))
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_row_is_answered_like_one_that_there_is_not(method, model, page, foreign, staff, telltale):
    foreign_row, missing = row_of(model, foreign), missing_row(model)
    answers = []
    for row in (foreign_row, missing):
        response = getattr(staff, method)(admin_url(row, page), {"post": "yes"}, follow=True)
        answers.append((response.status_code, without_tokens(response, row.pk)))
    assert answers[0] == answers[1]
    assert told(response, telltale) == []


def without_tokens(response, key):
    """Return a page without what differs from request to request, and without the key that was asked for."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return page.replace(f"“{key}”", "“”")


@pytest.mark.parametrize("kind", ["foreign", "missing"])
def test_a_foreign_account_in_a_form_is_answered_like_one_that_there_is_not(kind, foreign, staff):
    account = foreign.pk if kind == "foreign" else 10**9
    page = staff.post(admin_url(ApiKey, "add"), {"account": account, "name": "Feed", "scopes": ["read"]})
    assert "Select a valid choice. That choice is not one of the available choices." in page.content.decode()
    assert foreign.api_keys.count() == 1


AUTOCOMPLETED = [
    (model._meta.app_label, model._meta.model_name, field.name)
    for model in REGISTERED
    for field in [*model._meta.fields, *model._meta.many_to_many]
    if isinstance(field, (ForeignKey, OneToOneField, ManyToManyField))
]


@pytest.mark.parametrize(("app", "model", "field"), AUTOCOMPLETED)
def test_choices_that_are_searched_tell_of_no_foreign_row(app, model, field, staff, telltale):
    query = {"app_label": app, "model_name": model, "field_name": field, "term": "Foreign"}
    response = staff.get("/admin/autocomplete/", query)
    assert (response.status_code, told(response, telltale)) in [(200, []), (403, [])]
    if response.status_code == 200:
        assert response.json()["results"] == []


@pytest.mark.parametrize("model", ["account", "apikey", "invoice", "customer", "upload", "user", "group"])
def test_the_way_round_by_content_types_leads_to_no_foreign_row(model, foreign, staff):
    """`/admin/r/` leads to pages of rows outside of the admin; there are none."""
    content_type = ContentType.objects.get(model=model)
    assert staff.get(f"/admin/r/{content_type.pk}/{foreign.pk}/").status_code == 404


@pytest.mark.parametrize("extended", [{}, {"extended": "1"}], ids=["side bar", "command"])
@pytest.mark.parametrize("term", ["foreign", "ltd", "feed", "a"])
def test_the_search_of_the_side_bar_tells_of_no_foreign_row(term, extended, staff, telltale):
    assert told(staff.get("/admin/search/", {"s": term} | extended), telltale) == []


def test_the_dashboard_tells_of_no_foreign_row(staff, telltale):
    assert told(staff.get("/admin/"), telltale) == []


@pytest.mark.parametrize("model", [User, Group], ids=["users", "groups"])
@pytest.mark.parametrize("page", ["changelist", "add", "change", "delete", "history"])
def test_users_and_groups_are_for_superusers_alone(page, model, own, staff):
    row = User.objects.get() if model is User else Group.objects.first()
    response = staff.get(admin_url(row if page in PAGES else model, page))
    assert response.status_code == 403


def test_staff_make_no_superuser_of_themselves(own, staff):
    user = own.members.get()
    staff.post(admin_url(user), {"username": user.username, "is_superuser": "on", "is_staff": "on"})
    user.refresh_from_db()
    assert not user.is_superuser


def test_what_one_did_in_an_account_is_not_told_once_one_has_left_it(own, staff):
    """Django's list of recent actions names rows, whoever may see them by now."""
    staff.post(admin_url(own.api_keys.get()), {"name": "Left behind", "scopes": ["read"]}, follow=True)
    own.members.clear()
    assert "Left behind" not in staff.get("/admin/").content.decode()
