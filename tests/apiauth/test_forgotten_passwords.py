"""Who forgot the password is mailed a link, where mail is set up; nobody learns from it who is known."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend
from django.db.models import F
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from apiauth.login.links import clear_ended_logins, mail_password_link
from apiauth.models.link_requests import LinkRequests
from tests.apiauth.conftest import admin_url
from tests.apiauth.people import ADD, form, invited, is_usable, link_in, member_of, set_password

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_fast_passwords")]
FORGOTTEN = "/admin/forgotten-password/"


@pytest.fixture
def _mail(settings):
    settings.HAS_MAIL = True


def ask(email="ada@example.com", address="192.0.2.1", **headers):
    return Client(REMOTE_ADDR=address).post(FORGOTTEN, {"email": email}, follow=True, headers=headers)


@pytest.fixture
def ada(own):
    person = member_of("Viewer", own)
    person.username, person.email = "ada", "Ada@example.com"
    person.set_password("the old one")
    person.save()
    return person


def jobs():
    """Return what waits for a worker, and take it out of the queue."""
    waiting = [job.args for job in ProcrastinateJob.objects.filter(task_name="mail_password_link").order_by("pk")]
    ProcrastinateJob.objects.all()._raw_delete("default")
    return waiting


def work():
    for args in jobs():
        mail_password_link(**args)


def page_of(answer):
    return re.sub(r"[\w-]{32,}", "", answer.content.decode())


def test_without_mail_the_login_leads_to_whom_to_ask(ada):
    assert FORGOTTEN in Client().get("/admin/login/").content.decode()
    for answer in (Client().get(FORGOTTEN), ask()):
        assert "Ask an administrator of this service for a link" in answer.content.decode()
        assert 'name="email"' not in answer.content.decode()
    assert jobs() == []


@pytest.mark.usefixtures("_mail")
def test_a_link_is_mailed_and_sets_a_password(ada):
    assert "Check your mailbox" in ask("ADA@example.com").content.decode()
    work()
    [sent] = mail.outbox
    assert (sent.to, sent.subject) == (["Ada@example.com"], "A new password for Receivables")
    assert "The link works once, within 3 days. After that you log in as Ada@example.com." in sent.body
    set_password(link_in(sent.body))
    ada.refresh_from_db()
    assert ada.check_password("violet tram 7")


@pytest.mark.usefixtures("_mail")
def test_a_mail_is_german_where_the_page_was(ada):
    ask(accept_language="de")
    work()
    assert "Legen Sie es unter dieser Adresse fest" in mail.outbox[0].body


@pytest.mark.usefixtures("_mail")
@pytest.mark.parametrize("change", [None, {"is_active": False}, {"is_staff": False}, {"email": ""}])
def test_an_address_that_is_nobodys_is_answered_alike(change, ada):
    """The request does the same work, too: both leave a job to a worker, and only that finds nobody."""
    known = page_of(ask())
    type(ada).objects.filter(pk=ada.pk).update(**change or {"email": "other@example.com"})
    assert page_of(ask()) == known
    assert [job["person"] for job in jobs()] == [ada.pk, 0]


@pytest.mark.usefixtures("_mail")
def test_somebody_who_was_deactivated_meanwhile_is_mailed_nothing(ada):
    ask()
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    work()
    assert mail.outbox == []


@pytest.mark.usefixtures("_mail")
def test_who_has_not_set_a_password_yet_is_mailed_another_link(superuser):
    _, first = invited(superuser)
    mail.outbox.clear()
    ask("carla@example.com")
    work()
    assert (is_usable(first), is_usable(link_in(mail.outbox[0].body))) == (True, True)  # anybody may have asked


@pytest.mark.usefixtures("_mail")
def test_no_job_holds_the_secret_of_a_link(ada):
    ask()
    assert jobs() == [{"person": ada.pk, "page": "http://testserver/admin/set-password/", "language": "en"}]


@pytest.mark.usefixtures("_mail")
def test_nobodys_mailbox_is_flooded(ada):
    for number in range(10):
        ask(address=f"192.0.2.{number}")
    work()
    assert len(mail.outbox) == 3


@pytest.mark.usefixtures("_mail")
def test_the_queue_is_not_flooded_from_one_address(ada):
    answers = [ask(f"nobody{number}@example.com").status_code for number in range(22)]
    assert answers == [200] * 20 + [429] * 2
    assert len(jobs()) == 20
    assert ask(address="192.0.2.2").status_code == 200


@pytest.mark.usefixtures("_mail")
def test_after_a_quarter_of_an_hour_one_may_ask_again(ada):
    for _ in range(21):
        ask()
    jobs()
    LinkRequests.objects.update(since=F("since") - timedelta(minutes=15))
    assert ask().status_code == 200
    assert [job["person"] for job in jobs()] == [ada.pk]


@pytest.mark.usefixtures("_mail")
def test_what_counts_no_more_is_cleared_away(ada):
    ask()
    clear_ended_logins(0)
    assert LinkRequests.objects.count() == 2  # of the address and of the person
    LinkRequests.objects.update(since=F("since") - timedelta(minutes=16))
    clear_ended_logins(0)
    assert LinkRequests.objects.count() == 0


@pytest.mark.usefixtures("_mail")
@pytest.mark.parametrize("email", ["", "x", "a@b", "\0@example.com", "a\nb@example.com", f"{'a' * 300}@example.com"])
def test_what_is_no_address_is_refused(email):
    assert "id_email_error" in ask(email).content.decode() or ask(email).context["form"].errors["email"]
    assert jobs() == []


@pytest.mark.usefixtures("_mail")
def test_an_invitation_is_mailed(superuser):
    page = superuser.post(ADD, form())
    [sent] = mail.outbox
    assert "It was mailed to Carla@example.com." in page.content.decode()
    assert (sent.to, link_in(sent.body)) == (["Carla@example.com"], link_in(page))


@pytest.mark.usefixtures("_mail")
def test_where_the_mail_does_not_leave_the_link_is_there_to_copy(settings, superuser, monkeypatch, caplog):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = f"{EmailBackend.__module__}.EmailBackend", "", 1
    page = superuser.post(ADD, form())
    assert "It could not be mailed" in page.content.decode()
    assert is_usable(link_in(page))
    assert "no invitation was mailed to person" in caplog.text
    assert link_in(page).rpartition(".")[2] not in caplog.text


@pytest.mark.usefixtures("_mail")
def test_somebody_without_an_address_is_mailed_nothing(ada, superuser):
    type(ada).objects.filter(pk=ada.pk).update(email="")
    assert is_usable(link_in(superuser.post(admin_url(ada, "send_link"))))
    assert mail.outbox == []
