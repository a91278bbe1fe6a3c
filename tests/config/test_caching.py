"""What caches are told of pages, and of what is nobody's. tests/config/test_schema_answers.py asks the whole API."""

import pytest

NOT_STORED = "private, no-store"
OF_ANYONE = {
    "/healthz": NOT_STORED,
    "/readyz": NOT_STORED,
    "/jsonApi/schema": "no-cache",
    "/jsonApi/docs": "private, no-cache",
    "/jsonApi/docs?script=": "private, no-cache",  # with a token of its reader
    "/": "private, no-cache",
    "/no/such/address": "private, no-cache",
    "/jsonApi/no/such/address": "private, no-cache",
    "/static/config/no-such-file.css": "private, no-cache",
}


@pytest.mark.parametrize(("path", "policy"), OF_ANYONE.items(), ids=OF_ANYONE)
def test_what_is_nobodys_may_be_kept_as_fits_it(path, policy, client):
    assert client.get(path)["Cache-Control"] == policy


def test_what_is_nobodys_is_still_asked_for_with_its_etag(client):
    etag = client.get("/jsonApi/schema")["ETag"]
    answer = client.get("/jsonApi/schema", headers={"If-None-Match": etag})
    assert (answer.status_code, answer["Cache-Control"]) == (304, "no-cache")


@pytest.mark.parametrize(("path", "status"), [("/jsonApi/invoices", 403), ("/favicon.ico", 301)])
def test_a_refusal_of_plain_http_is_no_answer_to_others(path, status, client, settings):
    settings.SECURE_SSL_REDIRECT = True
    answer = client.get(path)
    assert (answer.status_code, answer["Cache-Control"]) == (status, "private, no-cache")


def test_a_static_file_says_itself_how_long_it_is_kept(client):
    answer = client.get("/static/config/admin.css")
    answer.close()
    assert (answer["Cache-Control"], "Vary" in answer) == ("max-age=60, public", False)


@pytest.mark.parametrize("page", ["", "login/", "receivables/invoice/", "receivables/invoice/add/", "no/such/page/"])
def test_a_page_behind_a_login_is_kept_by_nobody(page, admin_client):
    answer = admin_client.get(f"/admin/{page}")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert {"Cookie", "Accept-Language"} <= set(answer["Vary"].split(", "))


def test_the_texts_of_the_admins_scripts_are_kept_by_their_reader(admin_client):
    assert admin_client.get("/admin/jsi18n/")["Cache-Control"] == "private, no-cache"
