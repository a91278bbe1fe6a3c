"""Making key pairs in the admin, and logging in with what its answer shows."""

import re

from django.urls import reverse
from rest_framework.test import APIClient

CHANGELIST = reverse("admin:apiauth_apikey_changelist")
ADD = reverse("admin:apiauth_apikey_add")


def proposed_key(page):
    return re.search(r'name="proposed_key" value="([^"]+)"', page.content.decode())[1]


def filled_in(browser, account, **fields):
    """Return the form of a new pair, opened and filled in."""
    form = {"account": account.pk, "name": "SAP feed", "scopes": ["read", "upload"]} | fields
    return form | {"proposed_key": proposed_key(browser.get(ADD))}


def make_pair(browser, account, **fields):
    return browser.post(ADD, filled_in(browser, account, **fields))


def secret_in(response):
    return re.search(r"sk_[\w-]{43}", response.content.decode())[0]


def whoami(key, secret):
    return APIClient().get("/jsonApi/whoami", headers={"api_key": key, "api_secret": secret})
