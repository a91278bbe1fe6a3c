"""When a request that failed is sent again."""

import httpx
import pytest

from receivables.uploads.client.failures import BACKOFF_SECONDS, LONGEST_WAIT_SECONDS, seconds_to_wait

BACKOFF = BACKOFF_SECONDS[0]
ANSWERS = {
    "a receipt": (200, None, None),
    "a refusal": (400, None, None),
    "a refusal that names a time": (400, "5", None),
    "a wrong key": (401, None, None),
    "a broken server": (500, None, None),
    "a proxy without its server": (502, None, BACKOFF),
    "a body that came too slowly": (408, None, BACKOFF),
    "a busy server": (503, None, BACKOFF),
    "a server that says when": (503, "30", 30),
    "a server that says at once": (503, "0", 0),
    "a server that names a day gone by": (503, "Wed, 21 Oct 2015 07:28:00 GMT", 0),
    "a server away for long": (503, str(LONGEST_WAIT_SECONDS + 1).split(".")[0], None),
    "a server that names a day far off": (503, "Thu, 21 Oct 2999 07:28:00 GMT", None),
    "a server that says nothing understood": (503, "soon", BACKOFF),
    "a server that names no day there is": (503, "Fri, 31 Dec 9999 23:59:59 -1200", BACKOFF),
    "a proxy that waited too long": (504, None, BACKOFF),
    "a conflict": (409, None, None),
    "a conflict that passes": (409, "5", 5),
    "a limit reached": (429, "7", 7),
}


@pytest.mark.parametrize(("status", "retry_after", "seconds"), ANSWERS.values(), ids=ANSWERS)
def test_a_request_is_sent_again_where_that_may_help(status, retry_after, seconds):
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    assert seconds_to_wait(httpx.Response(status, headers=headers), BACKOFF) == seconds


def test_a_request_without_answer_is_sent_again():
    assert seconds_to_wait(httpx.ReadError("the line broke"), BACKOFF) == BACKOFF
