"""An upload that changed every row, taken back: beside the upload itself."""

from collections import defaultdict
from contextlib import closing
from statistics import median

from apiauth.models import Scope
from tests.benchmarks import feed, floor
from tests.benchmarks.bench import Bench, Feed
from tests.benchmarks.progress import note
from tests.benchmarks.report import Goal, Line
from tests.benchmarks.scenarios import PAID
from tests.benchmarks.sending import ENGINE, Answer, Sender, WrongAnswer, check
from tests.factories import key_headers
from tests.http.servers import Server

SCENARIO = "changed, then taken back"
UPLOAD, UNDO, PREVIEW = "the upload", "its undo", "its preview"


def taken_back(bench: Bench, server: Server, original: Feed) -> list[Line]:
    """Change a field of every row, look at the preview of the undo, and take it back."""
    took = defaultdict[str, list[float]](list)
    changed = bench.feed_of(list(feed.invoices(bench.rows, paid=PAID)))
    stored = floor.records(feed.invoices(bench.rows), bench.account.pk)
    headers = key_headers(bench.account, scopes=list(Scope))
    for _ in range(bench.runs):
        bench.seed(stored)
        answer = bench.post(server, ENGINE, changed.body)
        check(ENGINE, answer, received=changed.rows, updated=changed.rows)
        with closing(Sender(server.port, headers)) as sender:
            address = f"{answer.json()['url']}/undo"
            previewed, undone = sender.send(address, b""), sender.send(f"{address}?confirm=true", b"")
        for name, each in {UPLOAD: answer, PREVIEW: previewed, UNDO: undone}.items():
            took[name].append(each.seconds)
            note(SCENARIO, name, each.seconds)
        _check(undone, bench.rows)
        bench.check_stored(UNDO, original)
    goal = Goal(1.5, "{} the time of the upload", is_least=False)
    ratios = {name: median(took[name]) / median(took[UPLOAD]) for name in (PREVIEW, UNDO)}
    return [
        Line(SCENARIO, UPLOAD, bench.rows, tuple(took[UPLOAD])),
        Line(SCENARIO, PREVIEW, bench.rows, tuple(took[PREVIEW]), ratios[PREVIEW]),
        Line(SCENARIO, UNDO, bench.rows, tuple(took[UNDO]), ratios[UNDO], goal),
    ]


def _check(answer: Answer, rows: int) -> None:
    if answer.status != 200 or answer.json()["undo"]["reverted"] != rows:
        raise WrongAnswer(f"{UNDO} answered {answer.start()}")
