"""Why a file cannot be read. It is stored in English; staff read it in their language."""

from functools import partial

from receivables.uploads.messages import UNREADABLE, Message, RenderedMessage, named

_ = partial(Message, UNREADABLE)  # under the name by which `makemessages` finds texts


class FileRefused(ValueError):
    """The file cannot be read as rows; the message says where it breaks, counted from 1, and what to do."""

    def __init__(self, message: Message | RenderedMessage, **values: object):
        rendered = message.rendered(**values) if isinstance(message, Message) else message
        super().__init__(rendered.message)
        self.rendered = rendered._replace(code=UNREADABLE)


# Of a file as it was uploaded.
UNKNOWN_TYPE = _("No file of this kind can be read. Choose one that ends in one of these: %(extensions)s.")
EMPTY = _("The file is empty.")
TOO_LARGE = _("The file is larger than the %(megabytes)s MB that are taken at once. Split it.")
TEXT_AS_WORKBOOK = _("The file is text and no Excel workbook, though its name says so. Name it .csv or .json.")
NO_SHEETS = _("The workbook has no sheet with cells.")
ARCHIVE_AS_TEXT = _("The file is a workbook or an archive, though its name says otherwise. Save it as .xlsx.")
IN_UTF16 = _("The file is in UTF-16. Save it in UTF-8 (in Excel: CSV UTF-8).")
NO_TEXT = _("The file is no text, though its name says so. Choose the file that you exported.")

# Of workbooks.
DAMAGED = _("The file is no Excel workbook, or is damaged. Open it in Excel and save it as .xlsx again.")
PIPE = _("A workbook cannot be read from a pipe. Name its file.")
OLD_KIND = _("The file is an Excel workbook of the old kind (.xls). Save it as .xlsx.")
PASSWORD = _("The workbook is protected by a password. Save it without one.")
PASSWORD_OF_EXCEL = _("The workbook is protected by a password. Save it without one (File, Info, Protect Workbook).")
UNFOLDS = _("The workbook unfolds to more than is read (%(most)s bytes at most). Split its rows.")
PART_UNFOLDS = _(
    "%(part)s in the workbook unfolds to more than the %(most)s bytes that are read. "
    "Copy the rows into a new workbook, or save them as CSV."
)
LONG_TOKEN = _(
    "The workbook holds a tag or a comment of more than %(most)s bytes. Open it in Excel and save it as .xlsx again."
)
TOO_MANY_PARTS = _("The workbook has more parts than are read. Save the sheet with the rows as a workbook of its own.")
TOO_MANY_SHEETS = _(
    "The workbook has more than %(most)s sheets. Save the sheet with the rows as a workbook of its own."
)
NO_SUCH_SHEET = _("The workbook has no sheet %(name)s.")
TOO_MANY_CELLS = _("row %(row)s has more cells than are read. Remove what is no table.")
CELL_WITHOUT_VALUE = _(
    "cell %(cell)s holds a formula whose value is not in the file. Open it in Excel and save it, so that it is."
)

# Of CSV files.
BAD_UTF8 = _(
    "line %(line)s holds bytes that are no UTF-8, as most of the file is. Mend that line, or export the file again."
)
UNKNOWN_ENCODING = _("The file is neither UTF-8 nor Windows-1252. Save it in UTF-8 (in Excel: CSV UTF-8).")
UNDECODABLE = _("line %(line)s holds bytes that are no %(encoding)s. Save the file in UTF-8 (in Excel: CSV UTF-8).")
NO_CSV = _("The record that begins in line %(line)s is no CSV: %(reason)s.")

# Of any table; `where` is the line or the row of its header.
NO_HEADER = _("The table is empty. Begin with a header line.")
NO_FIELD = _("%(where)s names no field of the contract, such as %(field)s. Begin with a header line.")
TOO_LONG_ROW = _("%(where)s has more than %(most)s characters. Shorten its texts, or close its quotes.")
TOO_MUCH_JSON = _(
    "The rows up to line %(line)s are more than the %(most)s bytes of JSON that are taken at once. Split the file."
)
TOO_MANY_COLUMNS = _("%(where)s has more than %(most)s columns. Remove those that are none.")
NUL_IN_NAME = _("%(where)s: the name of column %(column)s holds a NUL character. Remove it.")
REPEATED = _("%(where)s names %(name)s %(count)s times. Name each column once.")
REPEATED_FIELD = _(
    "%(where)s names %(name)s %(count)s times. Say which column it is (%(names)s), or rename the others."
)
NO_NAMES = _("line %(line)s: the cell of column %(column)s holds something else than the file had there. Restore it.")
STATEMENT = _(
    "The file is a statement of account, which is made of invoices and cannot be read back. "
    "Take the list of invoices instead (/jsonApi/invoices?format=csv)."
)

# Of the format of its numbers and dates; send_feed alone refuses what is open, the upload page asks.
OPEN = _("It is not certain how the file writes its numbers or dates. Say so on the page of its columns.")
OPEN_FORMAT = _(
    "%(unit)s %(line)s: %(value)s in column %(column)s may mean %(first)s or %(second)s, and no value of the file "
    "says which. Say how the file writes them: %(option)s, with one of %(formats)s."
)
CONTRADICTORY_FORMATS = _(
    "%(value)s in %(unit)s %(line)s (column %(column)s) and %(other)s in %(other_unit)s %(other_line)s (column "
    "%(other_column)s) are not written in the same format. Say which the file has: %(option)s, with one of "
    "%(formats)s. Rows that are written otherwise are then bad rows."
)
MISREAD_DAYS = _(
    "column %(column)s holds both dates (%(day)s in row %(day_line)s) and texts (%(text)s in row %(text_line)s): "
    "Excel may have taken days for months. Say whether its dates are right: --excel-dates right, or "
    "--excel-dates swapped, which swaps their day and month back."
)

LINE, ROW = _("line %(number)s"), _("row %(number)s")
IN_ROW = _("row %(number)s: %(field)s%(problem)s")

MESSAGES = named(vars(), "file.")


def line_or_row(unit: str, number: int) -> RenderedMessage:
    return (LINE if unit == "line" else ROW).rendered(number=number)
