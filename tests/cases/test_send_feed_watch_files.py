"""Which files of a watched folder are sent, in which order, and as which resource."""

import os

import pytest

from tests.cases.watched_folder import ACCEPTED, REFUSED, drop, empty, names
from tests.uploads.foreign_servers import server_that_answers


def test_files_behind_one_that_stays_wait_for_it(folder):
    drop(folder, "invoices/b.json")
    drop(folder, "invoices/a.json", seconds=1)
    drop(folder, "customers/c.json", seconds=2)
    with server_that_answers(500) as server:
        empty(folder, server)
    assert [sent.partition("?")[0] for sent, _ in server.requests] == [
        "/jsonApi/upload/invoices",
        "/jsonApi/upload/customers",
    ]


def test_the_oldest_file_goes_first_and_names_decide_a_tie(folder, capsys):
    for name, seconds in {"c.json": 1, "a.json": 2, "b.json": 1, "z.json": 0}.items():
        drop(folder, name, seconds=seconds)
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "z.json",
        "b.json",
        "c.json",
        "a.json",
    ]


RESOURCES = {
    "its subfolder": ("customers/x.json", ["invoices"], "customers"),
    "its name": ("DEB_1.json", ["invoices", "--pattern=customers=DEB*"], "customers"),
    "the first pattern that fits": (
        "DEB_1.json",
        ["--pattern=customers=DEB*", "--pattern=invoices=*"],
        "customers",
    ),
    "the argument": ("x.json", ["customers"], "customers"),
    "its subfolder and no argument": ("invoices/x.json", [], "invoices"),
}


@pytest.mark.parametrize(("name", "arguments", "resource"), RESOURCES.values(), ids=RESOURCES)
def test_the_resource_of_a_file_is_said_by(folder, name, arguments, resource):
    drop(folder, name)
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, *arguments) == 0
    assert server.requests[0][0].startswith(f"/jsonApi/upload/{resource}?")
    assert f"sent/{name}" in names(folder)


UNSENT = {
    "of no resource": ("x.json", [], "Put it into the subfolder"),
    "of no format": ("x.txt", ["invoices"], "does not tell its format"),
}


@pytest.mark.parametrize(("name", "arguments", "reason"), UNSENT.values(), ids=UNSENT)
def test_a_file_that_cannot_be_sent_is_left_and_told_once(folder, name, arguments, reason, capsys):
    drop(folder, name)
    drop(folder, "invoices/good.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, *arguments) == 4
    assert (capsys.readouterr().err.count(reason), name in names(folder)) == (1, True)
    assert "sent/invoices/good.json" in names(folder)


NAMES = {"an umlaut": "Müller.json", "a line break": "a\nb.json", "blanks": " a b .json", "capitals": "X.JSON"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("text", ["[]", "["], ids=["sent", "refused"])
def test_any_name_of_a_file_is_moved_with_it(folder, name, text):
    drop(folder, name).write_text(text)
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert (folder / ("sent" if text == "[]" else "refused") / name).exists()


def test_a_name_that_is_no_text_is_moved_with_its_file(folder):
    name = os.fsdecode(b"\xff.json")
    drop(folder, name).write_text("[")
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server, "invoices") == 2
    assert (folder / "refused" / name).exists()


def test_a_name_that_leaves_no_room_for_receipts_is_told_before_it_is_sent(folder, capsys):
    drop(folder, f"{'x' * 240}.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (4, [])
    assert "File name too long" in capsys.readouterr().err


def test_remarks_name_their_file(folder, capsys):
    drop(folder, "night.csv").write_text("customerNumber;invoiceNumber;invoiceAmount\n1;2;1.234,56\n")
    with server_that_answers(200, ACCEPTED) as server:
        empty(folder, server, "invoices")
    assert capsys.readouterr().err.startswith("night.csv: Numbers are read as 1.234,56")


@pytest.mark.parametrize(
    "name",
    [".x.json", "x.json.part", "x.json.tmp", "X.JSON.TMP", "x.json.filepart", "~$x.xlsx", "x.json~", ".x.json.swp"],
)
def test_a_file_that_is_being_written_is_not_looked_at(folder, name):
    drop(folder, name)
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (0, [])
    assert (folder / name).exists()


def test_receipts_that_are_moved_back_with_their_file_are_no_feeds(folder):
    drop(folder, "night.json")
    with server_that_answers(400, REFUSED) as server:
        empty(folder, server, "invoices")
        for file in (folder / "refused").iterdir():
            file.rename(folder / file.name)
        empty(folder, server, "invoices")
    assert len(server.requests) == 2


STRANGE = ["Invoices", "invoice", "debitors", "invoices/2026"]


@pytest.mark.parametrize("name", STRANGE)
def test_a_subfolder_that_is_not_looked_into_is_told_once(folder, name, capsys):
    (folder / name).mkdir(parents=True)
    drop(folder, "invoices/a.json")
    drop(folder, "invoices/b.json", seconds=1)
    with server_that_answers(200, ACCEPTED) as server:
        assert empty(folder, server) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"{name} is not sent. Files are looked for in invoices and customers, and in no other subfolder."
    ]


def test_a_link_and_a_pipe_are_told_and_not_followed(folder, capsys):
    (folder / "link.json").symlink_to(drop(folder.parent, "elsewhere.json"))
    os.mkfifo(folder / "pipe.json")
    with server_that_answers(200, ACCEPTED) as server:
        assert (empty(folder, server, "invoices"), server.requests) == (0, [])
    assert capsys.readouterr().err.count("It is a link, or no file at all.") == 2
