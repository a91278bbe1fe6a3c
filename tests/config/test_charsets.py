"""Charsets that a request names and that no browser would: everything is read as UTF-8."""

from io import BytesIO
from urllib.parse import quote

import pytest
from django.test import RequestFactory

from config.wsgi import application
from tests.factories import StaffFactory, key_headers

PASSWORD = "a long pass phrase"
TOKEN = "t" * 32
BOUNDARY = "part"
# Each with a text that in it is half of a pair of UTF-16, which no UTF-8 has, or that is none.
CHARSETS = [("unicode_escape", "\\ud800"), ("utf-7", "+2AA-"), ("rot13", "Nqn"), ("undefined", "Ada")]
# As a server's own: between requests Django looks after the connection, which must be in no transaction then.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize(("charset", "odd"), CHARSETS)]


def status_of(request_environ):
    """Return the status that a server of the service gets for a request."""
    statuses = []
    for _ in application(request_environ, lambda status, headers, exc_info=None: statuses.append(status)):
        continue
    return int(statuses[-1].split()[0])


def log_in(charset, password, odd):
    fields = {"username": "ada", "password": password, "csrfmiddlewaretoken": TOKEN, "odd": odd}
    parts = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items())
    body = "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()
    form = f"multipart/form-data; boundary={BOUNDARY}; charset={charset}"
    request = RequestFactory().generic("POST", "/admin/login/", body, content_type=form)
    return status_of(request.environ | {"HTTP_COOKIE": f"csrftoken={TOKEN}", "wsgi.input": BytesIO(body)})


@pytest.fixture
def ada(transactional_db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the others are slow on purpose
    user = StaffFactory(username="ada")
    user.set_password(PASSWORD)
    user.save()
    return user


def test_wrong_passwords_are_counted_whatever_charset_a_login_names(charset, odd, ada):
    assert [log_in(charset, "wrong", odd) for _ in range(5)] == [200, 200, 200, 200, 429]
    assert log_in(charset, PASSWORD, odd) == 429


def test_an_address_is_read_whatever_charset_a_request_names(charset, odd, account):
    request = RequestFactory().get(f"/jsonApi/invoices?search={quote(odd)}", headers=key_headers(account))
    assert status_of(request.environ | {"CONTENT_TYPE": f"text/plain; charset={charset}"}) == 200
