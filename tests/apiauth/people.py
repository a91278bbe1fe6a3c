"""Adding people in the admin, and following the links that they get."""

import re
from urllib.parse import urlsplit

from django.contrib.auth.models import Group, User
from django.test import Client

from tests.factories import StaffFactory

ADD = "/admin/auth/user/add/"
FOLLOW = "/admin/set-password/"
PASSWORD = "violet tram 7"


def form(**values):
    """Return what a superuser writes to add a person; of `None` nothing."""
    written = {"first_name": "Carla", "last_name": "Collins", "email": "Carla@example.com", "role": "Collector"}
    written |= {"is_staff": "on"} | values
    return {name: value for name, value in written.items() if value is not None}


def link_in(page):
    """Return the link that a page or a mail shows; there is one."""
    text = page if isinstance(page, str) else page.content.decode()
    [link] = set(re.findall(r"http\S+?/set-password/#[\w.-]+", text))
    return link


def invited(superuser, **values):
    """Add a person; return the row and the link."""
    link = link_in(superuser.post(ADD, form(**values)))
    return User.objects.latest("pk"), link


def follow(link, browser=None):
    """Open a link as the page's script does; return the browser and the page that follows."""
    browser = browser or Client()
    number, token = urlsplit(link).fragment.split(".")
    return browser, browser.post(FOLLOW, {"number": number, "token": token}, follow=True)


def set_password(link, password=PASSWORD):
    """Follow a link, and set a password; return the browser and the page at the end."""
    browser, page = follow(link)
    passwords = {"new_password1": password, "new_password2": password}
    return browser, browser.post(page.request["PATH_INFO"], passwords, follow=True)


def is_usable(link):
    return "new_password1" in follow(link)[1].content.decode()


def member_of(group, *accounts):
    """Return somebody of this group who sees these accounts."""
    person = StaffFactory()
    person.groups.add(Group.objects.get(name=group))
    for account in accounts:
        account.members.add(person)
    return person
