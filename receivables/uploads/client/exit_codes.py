"""How `send_feed` ends. It imports the standard library alone, to say what is wrong even where Django is missing."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from io import TextIOWrapper

LONGEST_REASON = 300  # characters of an unforeseen error that are shown


class ExitCode(IntEnum):
    ACCEPTED = 0
    PARTIAL = 1
    REFUSED = 2  # by the server, or the file cannot be read as rows
    TRY_LATER = 3  # no network, a timeout, a server that is busy or broken
    FAILED = 4  # the command is wrong, or broke
    WITHHELD = 5  # the rows are stored, and what their full load lacks was not closed

    @property
    def severity(self) -> int:
        """Return a number that is higher the more is left to be done."""
        return BY_SEVERITY.index(self)

    @property
    def is_of_file(self) -> bool:
        """Whether it is about the file, and sending it again as it is would change nothing."""
        return self.severity <= ExitCode.REFUSED.severity


BY_SEVERITY = (
    ExitCode.ACCEPTED,
    ExitCode.PARTIAL,
    ExitCode.WITHHELD,
    ExitCode.REFUSED,
    ExitCode.TRY_LATER,
    ExitCode.FAILED,
)


@contextmanager
def ending_with_exit_code() -> Iterator[None]:
    """End the program with an ExitCode, whatever happens in the block, and say in a line or two what it was."""
    _prepare_streams()
    try:
        yield
        _flush()
    except SystemExit as ended:
        sys.exit(_code_of(ended))
    except KeyboardInterrupt:
        _say("Interrupted. Send the file again: nothing is stored twice.")
        sys.exit(ExitCode.FAILED)
    except BaseException as error:
        sys.exit(_code_of_error(error))


def _code_of(ended: SystemExit) -> ExitCode:
    """Return our own code as it is. All others are those of argparse, Django and Python, who mean other things."""
    if isinstance(ended.code, str):
        _say(ended.code)
    is_own = isinstance(ended.code, ExitCode)
    code = ended.code if is_own else (ExitCode.FAILED if ended.code else ExitCode.ACCEPTED)
    try:
        _flush()
    except OSError as error:
        return ExitCode.FAILED if code == ExitCode.FAILED else _code_of_error(error)
    assert isinstance(code, ExitCode)
    return code


def _code_of_error(error: BaseException) -> ExitCode:
    if "--traceback" in sys.argv:
        traceback.print_exception(error)
    code = getattr(error, "returncode", None)  # of a CommandError that Django passes on with --traceback
    if isinstance(code, ExitCode):
        return code
    reason = " ".join(str(error).split())[:LONGEST_REASON]
    _say(f"send_feed failed: {type(error).__name__}{': ' if reason else ''}{reason}")
    if "--traceback" not in sys.argv:
        _say("Add --traceback to see where.")
    return ExitCode.FAILED


def _prepare_streams() -> None:
    """Let no text break what is written: a terminal may know few characters, and a stream may be closed."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115 - it stays open as long as the program
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    """Write what is still to be written. Raises OSError; then the interpreter does not try again, with a code of its
    own.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise


def _say(text: str) -> None:
    with suppress(OSError, ValueError):  # without stderr there is only the code to tell it
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
