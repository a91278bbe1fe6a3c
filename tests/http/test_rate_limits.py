"""Rate limits where they matter: several processes, many connections, bodies that take their time."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apiauth.models import QuotaUse
from receivables.models import Invoice
from tests.factories import invoice_row
from tests.http.wire import Wire, get, upload, upload_head

pytestmark = pytest.mark.django_db(transaction=True)

WHOAMI = "/jsonApi/whoami"
QUOTA, SENDERS, REQUESTS = 20, 8, 160
ROWS_OF_EACH = 25
NOT_COUNTED = "a request was not counted"


@pytest.fixture(scope="module")
def server(start):
    """Two processes of four threads each, that share a small quota."""
    return start("gunicorn", WEB_CONCURRENCY=2, WEB_THREADS=4, RATE_LIMIT_READ=QUOTA, RATE_LIMIT_REPORT=0)


@pytest.fixture(scope="module")
def default_server(start):
    return start("gunicorn", WEB_CONCURRENCY=2, WEB_THREADS=4)


def at_once(port, pair, count):
    """Return the answers to so many requests over as many connections, and how many the quota took in meanwhile."""
    started = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(senders.map(lambda _: get(port, WHOAMI, pair), range(count)))
    return answers, int((time.monotonic() - started) * QUOTA / 60)


def left(answer):
    return int(answer.headers["RateLimit"].split(";")[1].removeprefix("r="))


def test_processes_share_a_quota_to_the_last_request(server, pair):
    assert server.workers() == 2
    answers, came_back = at_once(server.port, pair, REQUESTS)
    statuses = Counter(answer.status for answer in answers)
    assert statuses.keys() == {200, 429}
    assert QUOTA <= statuses[200] <= QUOTA + came_back


def test_no_two_of_the_requests_at_once_are_told_that_the_same_one_is_left(server, pair):
    answers, came_back = at_once(server.port, pair, QUOTA // 2)
    told = {left(answer) for answer in answers}
    assert len(told) >= QUOTA // 2 - came_back
    assert max(told) == QUOTA - 1


def test_a_refusal_says_when_to_come_again_in_both_of_its_headers(server, pair):
    answers = (get(server.port, WHOAMI, pair) for _ in range(4 * QUOTA))
    answer = next(answer for answer in answers if answer.status == 429)
    assert answer.content_type == "application/problem+json"
    assert answer.headers["RateLimit-Policy"] == f'"read";q={QUOTA};w=60'
    assert answer.headers["RateLimit"] == f'"read";r=0;t={answer.headers["Retry-After"]}'
    assert 1 <= int(answer.headers["Retry-After"]) <= 3


def test_a_policy_that_is_off_is_in_no_header_of_a_streamed_file(server, pair):
    answer = get(server.port, "/jsonApi/invoices?format=csv", pair)
    assert (answer.status, answer.headers["RateLimit"], answer.headers["RateLimit-Policy"]) == (200, None, None)


def test_a_streamed_file_says_what_is_left(default_server, pair):
    answer = get(default_server.port, "/jsonApi/invoices?format=csv", pair)
    assert (answer.status, answer.headers["RateLimit"]) == (200, '"report";r=599;t=1')


def test_a_body_that_takes_its_time_keeps_no_other_request_of_its_key_waiting(default_server, pair):
    with Wire(default_server.port) as slow:
        slow.send(upload_head(pair, Content_Length=1000), b'[{"customerNumber"')
        deadline = time.monotonic() + 5
        while not QuotaUse.objects.filter(policy="upload").exists():
            assert time.monotonic() < deadline, "the slow upload was not counted before its body came"
        started = time.monotonic()
        assert upload(default_server.port, [invoice_row()], pair).status == 200
        assert time.monotonic() - started < 5
        slow.stop_sending()
        assert slow.answer().status == 400


def send_single_rows(port, pair, sender):
    return [upload(port, [invoice_row(invoiceNumber=f"{sender}-{n}")], pair) for n in range(ROWS_OF_EACH)]


def test_a_feed_of_single_rows_from_parallel_senders_never_meets_its_limit(default_server, pair):
    with ThreadPoolExecutor(SENDERS) as senders:
        sendings = [senders.submit(send_single_rows, default_server.port, pair, n) for n in range(SENDERS)]
    answers = [answer for sending in sendings for answer in sending.result()]
    assert Counter(answer.status for answer in answers) == {200: SENDERS * ROWS_OF_EACH}
    assert Invoice.objects.count() == SENDERS * ROWS_OF_EACH
    assert min(map(left, answers)) >= 60_000 - len(answers)


@pytest.fixture
def _uncountable():
    """A database that will not count, but answers everything else."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE apiauth_quotause ADD CONSTRAINT nothing_is_counted CHECK (false) NOT VALID")
        yield
        cursor.execute("ALTER TABLE apiauth_quotause DROP CONSTRAINT nothing_is_counted")


@pytest.mark.usefixtures("_uncountable")
def test_requests_that_cannot_be_counted_are_answered_and_logged(server, pair):
    logged = server.log.read_text().count(NOT_COUNTED)
    answers = [get(server.port, WHOAMI, pair) for _ in range(QUOTA + 1)]
    assert [(answer.status, answer.headers["RateLimit"]) for answer in answers] == [(200, None)] * (QUOTA + 1)
    assert server.log.read_text().count(NOT_COUNTED) == logged + QUOTA + 1


@pytest.mark.usefixtures("_uncountable")
def test_an_error_of_a_request_that_cannot_be_counted_is_its_own(server, pair):
    assert get(server.port, "/jsonApi/invoices/1", pair).status == 404
    assert upload(server.port, [invoice_row(invoiceAmount="much")], pair).status == 400
