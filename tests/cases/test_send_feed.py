"""The sender's command without our server: how it ends, what it says of others' answers, and what it leaves alone."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.factories import invoice_row
from tests.uploads.foreign_servers import server_that_answers

NOWHERE = "http://127.0.0.1:9"
RECEIPT = json.dumps({"outcome": "accepted", "resource": "invoices", "dryRun": False, "id": "1"})


@pytest.fixture
def feed(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("RECEIVABLES_API_SECRET", "sk_secret")
    file = tmp_path / "feed.json"
    file.write_text(json.dumps([invoice_row()]))
    return file


def failure(*arguments: object, url: str = NOWHERE) -> tuple[int, str]:
    """Return the exit code and the message of a command that fails."""
    with pytest.raises(CommandError) as failed:
        call_command("send_feed", *map(str, arguments), "--key=ak_1", f"--url={url}")
    return failed.value.returncode, str(failed.value)


def process(*arguments: object, variables: dict[str, str] | None = None, **options) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own, with no variables but these."""
    command = [sys.executable, settings.BASE_DIR / "manage.py", "send_feed", *arguments]
    own = {"PATH": os.environ["PATH"], **(variables or {})}
    return subprocess.run(command, env=own, text=True, timeout=60, capture_output=True, check=False, **options)


ENDS = {
    "no arguments": ([], {}),
    "an option there is not": (["invoices", "feed.json", "--nope"], {}),
    "a timeout that is none": (["invoices", "feed.json", "--url=http://127.0.0.1:9", "--timeout=x"], {}),
    "no key": (["invoices", "feed.json", "--url=http://127.0.0.1:9"], {}),
    "settings there are not": (["invoices", "feed.json", "--url=http://127.0.0.1:9", "--settings=nowhere"], {}),
    "a broken variable": (["invoices", "feed.json", "--url=http://127.0.0.1:9"], {"UPLOAD_MAX_BYTES": "many"}),
    "no Django": (["invoices", "feed.json", "--url=http://127.0.0.1:9"], {"PYTHONPATH": "broken"}),
    "a proxy that is none": (
        ["invoices", "feed.json", "--url=https://receivables.example.com", "--key=a"],
        {"RECEIVABLES_API_SECRET": "s", "HTTPS_PROXY": "what://ever"},
    ),
}


@pytest.mark.parametrize(("arguments", "variables"), ENDS.values(), ids=ENDS)
def test_a_wrong_command_ends_with_four_and_no_traceback(feed, arguments, variables):
    broken = feed.parent / "broken" / "django"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('no Django')")
    ended = process(*arguments, variables=variables, cwd=feed.parent)
    assert (ended.returncode, ended.stdout, "Traceback" in ended.stderr) == (4, "", False)
    assert ended.stderr


def test_an_unforeseen_error_shows_where_if_it_is_asked_to(feed):
    ended = process("invoices", feed, "--settings=nowhere", "--traceback")
    assert (ended.returncode, "Traceback" in ended.stderr) == (4, True)


def test_help_ends_with_zero():
    assert process("--help").returncode == 0


def test_a_refused_file_keeps_its_code_with_traceback(feed):
    feed.write_text("[{")
    variables = {"RECEIVABLES_API_SECRET": "s"}
    ended = process("invoices", feed, f"--url={NOWHERE}", "--key=a", "--traceback", variables=variables)
    assert ended.returncode == 2


def test_nothing_is_written_where_it_is_called_and_no_home_is_needed(feed):
    folder = feed.parent / "read-only"
    folder.mkdir()
    folder.chmod(0o555)
    before = sorted(feed.parent.rglob("*"))
    with server_that_answers(200, RECEIPT) as server:
        url = f"--url=http://127.0.0.1:{server.server_port}"
        variables = {"RECEIVABLES_API_SECRET": "s", "HOME": str(folder)}
        ended = process("invoices", feed, "--key=a", url, variables=variables, cwd=folder)
    assert (ended.returncode, sorted(feed.parent.rglob("*"))) == (0, before), ended.stderr


def test_a_receipt_that_cannot_be_written_is_no_success(feed):
    with server_that_answers(200, RECEIPT) as server, Path("/dev/full").open("w") as full:
        url = f"--url=http://127.0.0.1:{server.server_port}"
        command = [sys.executable, settings.BASE_DIR / "manage.py", "send_feed", "invoices", feed, "--key=a", url]
        variables = {"PATH": os.environ["PATH"], "RECEIVABLES_API_SECRET": "s"}
        ended = subprocess.run(command, env=variables, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (ended.returncode, ended.stderr.count("No space left on device")) == (4, 1)
    assert "The upload is over (accepted)" in ended.stderr


def test_an_interruption_ends_with_four(feed):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"--url=http://127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, settings.BASE_DIR / "manage.py", "send_feed", "invoices", feed, "--key=a", url]
        variables = {"PATH": os.environ["PATH"], "RECEIVABLES_API_SECRET": "s"}
        waiting = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)
        with silent.accept()[0] as line:
            line.recv(1)
            waiting.send_signal(signal.SIGINT)
            _, said = waiting.communicate(timeout=20)
    assert (waiting.returncode, said.splitlines()[-1]) == (
        4,
        "Interrupted. Send the file again: nothing is stored twice.",
    )


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "HTTPS_PROXY"])
def test_a_wrong_variable_of_the_connection_is_named(feed, monkeypatch, variable):
    monkeypatch.setenv(variable, "nowhere://what")
    exit_code, said = failure("invoices", feed, url="https://receivables.example.com")
    assert (exit_code, variable in said) == (4, True)


BROKEN = (
    '{"outcome": "refused", "resource": "invoices", "dryRun": false, "detail": "It broke.", '
    '"errors": [{"field": null, "code": "%s", "message": "It broke."}]}'
)
FOREIGN = {
    "too large for a proxy": (413, "", {}, 2, "client_max_body_size"),
    "too large for a proxy that speaks JSON": (413, '{"message": "too large"}', {}, 2, "not above the service's"),
    "a login of a proxy": (401, "<html>", {}, 2, "It wants a login of its own"),
    "a login of a forward proxy": (407, "<html>", {}, 2, "HTTPS_PROXY"),
    "a firewall": (403, "<html>", {}, 2, "let /jsonApi/ through"),
    "no such page": (404, "<html>", {}, 2, "Is its address right?"),
    "plain HTTP to a TLS port": (400, "The plain HTTP request was sent to HTTPS port", {}, 2, "https://"),
    "a redirect": (301, "", {"Location": "https://other.example.com/"}, 4, "https://other.example.com/"),
    "a page in its place": (200, "<html>Welcome</html>", {}, 4, "Is its address right?"),
    "JSON in its place": (200, '{"status": "ok"}', {}, 4, "Is its address right?"),
    "a broken server": (500, "<html>", {}, 3, "Send the file again"),
    "too many requests": (429, "", {}, 3, "takes no more requests"),
    "too many requests for an hour": (429, "", {"Retry_After": "3600"}, 3, "takes no more requests"),
    "a server that is away for an hour": (503, "", {"Retry_After": "3600"}, 3, "busy or down"),
    "a proxy without its service": (502, "", {"Retry_After": "3600"}, 3, "cannot reach the service"),
    "a proxy that waited too long": (504, "", {"Retry_After": "3600"}, 3, "proxy_read_timeout"),
    "an upload of this key under way": (409, '{"detail": "still running"}', {"Retry_After": "3600"}, 3, "running"),
    "a body cut on its way": (400, BROKEN % "body_cut_short", {}, 3, "It broke"),
    "a body damaged on its way": (400, BROKEN % "damaged_coding", {}, 3, "It broke"),
    "a key used for another file": (409, '{"detail": "another request"}', {}, 2, "another request"),
}


@pytest.mark.parametrize(("status", "text", "headers", "code", "message"), FOREIGN.values(), ids=FOREIGN)
def test_an_answer_of_another_server_is_told_as_what_it_is(feed, status, text, headers, code, message):
    with server_that_answers(status, text, **headers) as server:
        exit_code, said = failure("invoices", feed, url=f"http://127.0.0.1:{server.server_port}")
    assert (exit_code, len(server.requests)) == (code, 1)
    assert message in said


SPELLINGS = {
    "its own": ("", ["invoices"]),
    "a slash behind it": ("/", ["invoices"]),
    "a prefix": ("/receivables", ["invoices"]),
    "a prefix and slashes": ("/a/b//", ["invoices"]),
    "the API": ("/jsonApi/", ["invoices"]),
    "an upload": ("/jsonApi/upload/invoices", ["invoices"]),
    "an upload with a slash": ("/jsonApi/upload/invoices/", ["invoices"]),
    "an upload behind a prefix": ("/receivables/jsonApi/upload/invoices/", ["invoices"]),
}


@pytest.mark.parametrize(("path", "arguments"), SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_of_the_address_reaches_the_upload(feed, path, arguments):
    with server_that_answers(404) as server:
        failure(*arguments, feed, url=f"http://127.0.0.1:{server.server_port}{path}")
    prefix = path.partition("/jsonApi")[0].rstrip("/")
    assert [sent.partition("?")[0] for sent, _ in server.requests] == [f"{prefix}/jsonApi/upload/invoices"]


WRONG = {
    "an address of customers": (["invoices", "FILE"], f"{NOWHERE}/jsonApi/upload/customers", "that of customers"),
    "an address of what there is not": (["invoices", "FILE"], f"{NOWHERE}/jsonApi/upload/payments", "'payments'"),
    "an argument of what there is not": (["payments", "FILE"], NOWHERE, "'payments'"),
    "no file": (["invoices"], NOWHERE, "and the file"),
    "a folder": (["invoices", "FOLDER", "--format=json"], NOWHERE, "directory"),
    "no such file": (["invoices", "FOLDER/none.json"], NOWHERE, "No such file"),
    "no format": (["invoices", "FOLDER"], NOWHERE, "Add --format"),
    "a delimiter of JSON": (["invoices", "FILE", "--delimiter=tab"], NOWHERE, "--delimiter is for CSV files"),
    "no field": (["invoices", "x.csv", "--map=A=customerNo"], NOWHERE, "Did you mean customerNumber?"),
    "a column twice": (["invoices", "x.csv", "--map=A=-", "--map=A=+"], NOWHERE, "two things of the column A"),
    "no certificate": (["invoices", "FILE", "--ca=FOLDER/none.pem"], NOWHERE, "No such file"),
    "a certificate that is none": (["invoices", "FILE", "--ca=FILE"], NOWHERE, "no certificate in PEM form"),
    "totals of customers": (["customers", "FILE", "--expected-total=EUR:1"], NOWHERE, "customers have no amounts"),
    "an unreadable secret": (["invoices", "FILE", "--secret-file=FOLDER/none"], NOWHERE, "No such file"),
}


@pytest.mark.parametrize(("arguments", "url", "message"), WRONG.values(), ids=WRONG)
def test_a_wrong_argument_is_the_commands_fault(feed, arguments, url, message):
    placed = [argument.replace("FILE", str(feed)).replace("FOLDER", str(feed.parent)) for argument in arguments]
    exit_code, said = failure(*placed, url=url)
    assert (exit_code, message in said) == (4, True), said


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_secret_comes_from_its_owners_file(feed, monkeypatch, mode):
    monkeypatch.delenv("RECEIVABLES_API_SECRET")
    file = feed.parent / "secret"
    file.write_text("sk_of_file\n")
    file.chmod(mode)
    with server_that_answers(404) as server:
        failure("invoices", feed, f"--secret-file={file}", url=f"http://127.0.0.1:{server.server_port}")
    assert server.requests[0][1]["Api-Secret"] == "sk_of_file"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o601, 0o620])
def test_a_secret_that_others_reach_is_refused(feed, mode):
    file = feed.parent / "secret"
    file.write_text("sk_of_file\n")
    file.chmod(mode)
    exit_code, said = failure("invoices", feed, f"--secret-file={file}")
    assert (exit_code, f"chmod 600 {file}" in said, stat.S_IMODE(file.stat().st_mode)) == (4, True, mode)


@pytest.mark.parametrize("written", ["", " \n", "\ufeff"], ids=["nothing", "blanks", "a mark"])
def test_a_secret_file_without_a_secret_is_refused(feed, written):
    file = feed.parent / "secret"
    file.write_text(written)
    file.chmod(0o600)
    assert failure("invoices", feed, f"--secret-file={file}")[0] == 4
