"""What senders are told of rows and bodies that are not taken, and of rows that deserve a warning.

It is stored and sent in English, whatever anybody's language, for programs read it. Staff read the same in theirs: the
admin finds the values again by the text that they were set into, so that no text stands here that has no translation.
"""

from typing import NamedTuple, NewType

from django.utils.translation import gettext_noop as _

Code = NewType("Code", str)  # nobody makes one but a message


class RenderedMessage(NamedTuple):
    code: Code
    message: str


UNREADABLE = Code("unreadable_file")  # of a file that staff upload


class Message:
    """A text with places for values, and the code that programs know it by; several texts may share one.

    `of_cells` says the same to whoever has a table before them, where the text speaks of JSON.
    """

    def __init__(self, code: str, text: str, *, of_cells: str = ""):
        self.code, self.text, self.of_cells = Code(code), text, of_cells or text

    def rendered(self, **values: object) -> RenderedMessage:
        return RenderedMessage(self.code, self.text % values)

    def rendered_for_cells(self, **values: object) -> RenderedMessage:
        return RenderedMessage(self.code, self.of_cells % values)


# Of a field's value: the text goes on where the field's name stands.
REQUIRED = Message(
    "required",
    _("is missing. Send it with every row."),
    of_cells=_("is missing: the file has no such column. Add it, or say which of its columns this is."),
)
SPELT_OTHERWISE = Message(
    "required",
    _("is missing, but %(sent)s was sent. Names must be spelt exactly: rename it to %(name)s."),
    of_cells=_("is missing, but the file has a column %(sent)s. Rename that column to %(name)s."),
)
NULL = Message(
    "null", _("is null but required. Send a value."), of_cells=_("is empty, and every row needs it. Fill in the cell.")
)
BLANK = Message(
    "blank",
    _("is blank but required. Send a value."),
    of_cells=_("is blank, and every row needs it. Fill in the cell."),
)
NOT_TEXT = Message(
    "not_text",
    _("%(value)s is not text. Send it as a JSON string."),
    of_cells=_("%(value)s is not text. Write a text into the cell."),
)
IS_NO_TEXT = Message(
    "invalid_text",
    _("%(value)s holds a NUL or half a surrogate pair, which is no text. Remove it."),
    of_cells=_("%(value)s holds a character that is no text. Delete that character from the cell."),
)
HOLDS_NO_TEXT = Message(
    "invalid_text",
    _("holds %(value)s, with a NUL or half a surrogate pair, which is no text. Remove it."),
    of_cells=_("holds %(value)s, with a character that is no text. Delete that character from the cell."),
)
CELL_ERROR = Message(
    "cell_error", _("holds %(value)s, the error of a formula. Mend the formula, or write the value itself.")
)
OTHER_FORMAT = Message(
    "other_format",
    _("%(value)s is not written in the format that was settled for the file. Write it as the other cells are."),
)
# Under these keys an object stands for a cell that its table's reader could not read.
CELL_ERROR_KEY, OTHER_FORMAT_KEY = "#error", "#otherFormat"
CELL_FAULTS = {CELL_ERROR_KEY: CELL_ERROR, OTHER_FORMAT_KEY: OTHER_FORMAT}
SHORTENED = Message(
    "shortened_number",
    _(
        "%(value)s is a number that a spreadsheet shortened, so that its last digits are lost. In the original "
        "format the column as text, or as a number without decimal places and wide enough, and export it again."
    ),
)
NULL_WORD = Message(
    "null_word",
    _("%(value)s is what a program writes where a value is missing, and no number. Enter the number that is meant."),
)
NULL_WORD_OF_PART = Message(
    "null_word",
    _(
        "%(value)s is what a program writes where a value is missing, and no number. Enter the number that is meant, "
        "or leave the cell blank."
    ),
)
TOO_LONG = Message(
    "too_long",
    _("%(value)s has %(length)s characters; at most %(most)s fit. Shorten it."),
    of_cells=_("%(value)s has %(length)s characters; at most %(most)s fit. Shorten the text in the cell."),
)
NO_AMOUNT = Message(
    "invalid_amount",
    _("%(value)s is not an amount. Send a JSON number such as 12112."),
    of_cells=_(
        "%(value)s is not an amount. Write only a number into the cell, in the format of the other numbers of the file."
    ),
)
OUT_OF_RANGE = Message(
    "amount_out_of_range",
    _("%(value)s is out of range: an amount has at most 19 digits before the point (64 bits)."),
    of_cells=_("%(value)s is too large: an amount has at most 19 digits before its decimal places. Correct the cell."),
)
NOT_WHOLE = Message(
    "too_many_decimal_places",
    _(
        "%(value)s has a fraction, and this account takes whole amounts only. "
        "Round it yourself, or have the account's decimal places raised."
    ),
)
TOO_MANY_PLACES = Message(
    "too_many_decimal_places",
    _(
        "%(value)s has a fraction, and this account takes at most %(places)s decimal places. "
        "Round it yourself, or have the account's decimal places raised."
    ),
)
NO_DATE = Message(
    "invalid_date",
    _('%(value)s is not a date. Send "2026-01-31" or "20260131".'),
    of_cells=_(
        "%(value)s is not a date. Write it in the format of the other dates of the file, with a year of four digits."
    ),
)
TWO_DIGIT_YEAR = Message(
    "invalid_date",
    NO_DATE.text,
    of_cells=_("%(value)s has a year of two digits. Write the year with four digits."),
)
NO_DAY = Message("invalid_date", _("%(value)s is not a day of the calendar. Correct it."))
TOO_LARGE = Message(
    "too_large",
    _("has %(size)s bytes of JSON; at most %(most)s fit. Shorten it."),
    of_cells=_("is longer than the %(most)s bytes that fit (%(size)s). Shorten the text in the cell."),
)
NOT_JSON = Message(
    "not_json",
    _("holds %(value)s, which is no JSON value. Send null or a number."),
    of_cells=_("holds %(value)s, which is no number. Write a number, or clear the cell."),
)
NUMBER_OUT_OF_RANGE = Message(
    "number_out_of_range",
    _("holds the number %(value)s, beyond what JSON readers take."),
    of_cells=_("holds the number %(value)s, which is too large to be kept. Correct the cell."),
)
NESTED_TOO_DEEP = Message("too_deep", _("is nested deeper than %(levels)s levels. Flatten it."))
TOO_DEEP_TO_READ = Message("too_deep", _("is nested too deep to be read. Flatten it."))
NAMES_A_KEY_TWICE = Message(
    "repeated_key",
    _("names the key %(key)s twice; only one could be kept. Send it once."),
    of_cells=_("names %(key)s twice in one cell; only one value could be kept. Write it once."),
)
NAMED_TWICE = Message("repeated_key", _("is named twice in this row; only one value could be kept. Send it once."))

# Of a row.
WRAPPED_ROWS = Message(
    "wrapped_rows",
    _(
        "is an object in which an array of %(count)s objects stands under %(key)s. "
        "Send that array as the body, without the object around it."
    ),
)
LONG_WRAPPED_ROWS = Message(
    "wrapped_rows",
    _(
        "is an object of more than %(most)s bytes in which an array of objects stands under %(key)s. "
        "Send that array as the body, without the object around it."
    ),
)
NOT_AN_OBJECT = Message("not_an_object", _("%(value)s is not a row. Send an object with the contract's keys."))
UNEVEN_ROW = Message(
    "uneven_row",
    _(
        "does not fit the header: the row has %(count)s cells, and the header has %(header_count)s. "
        "Add the cells that are missing, or put a text that holds the delimiter in quotes."
    ),
)
CONTRADICTS = Message(
    "conflicting_duplicate",
    _("has the identity of row %(row)s but other values. Send the item once."),
    of_cells=_("is the same item as row %(row)s, with other values. Leave one of the two rows."),
)
TOO_MANY_KEYS = Message(
    "too_many_unknown_fields",
    _("has %(count)s keys that the contract lacks; at most %(most)s are kept with a row. Leave them out."),
    of_cells=_(
        "has %(count)s columns that are no field of the contract; at most %(most)s are kept. Leave some of them out."
    ),
)
ROW_NOT_UTF8 = Message("not_utf8", _("is not UTF-8. Send it in UTF-8."))
ROW_CUT_SHORT = Message("truncated_json", _("ends before its JSON does; send it whole."))
ROW_NO_JSON = Message("invalid_json", _("is no JSON at character %(character)s, near %(near)s: %(reason)s."))
ROW_GOES_ON = Message("invalid_json", _("goes on after its end, with %(text)s."))
ROW_ENDLESS = Message(
    "row_too_large", _("does not end within %(most)s bytes, the most that a row may have. Shorten it.")
)

# Of the body as a whole.
NOT_AN_ARRAY = Message(
    "not_an_array", _("The body begins with %(text)s. Send a JSON array of rows, or one row as an object.")
)
JSON_IN_TEXT = Message(
    "not_an_array",
    _("The body is a JSON text that holds JSON: it was encoded twice. Encode it once, and send the array itself."),
)
COMPRESSED = Message(
    "undeclared_coding",
    _("The body is compressed, and no header says so. Send the header Content-Encoding: %(coding)s with it."),
)
COMPRESSED_TWICE = Message("undeclared_coding", _("The body was compressed twice. Compress it once."))
ARCHIVE = Message(
    "not_an_array",
    _("The body is a ZIP archive or an Excel workbook. Send its rows as a JSON array, or upload it in the admin."),
)
OBJECT_GOES_ON = Message(
    "invalid_json",
    _("The body is an object and goes on behind it. Send rows in an array, or as application/x-ndjson."),
)
NO_JSON = Message("invalid_json", _("is no JSON at line %(line)s, column %(column)s, near %(near)s: %(reason)s."))
CUT_SHORT = Message("truncated_json", _("the body ends here, before the array does; send it whole."))
NOT_UTF8 = Message("not_utf8", _("is not UTF-8. Send the body in UTF-8."))
NOT_UTF8_FROM_HERE = Message("not_utf8", _("or a row behind it is not UTF-8. Send the body in UTF-8."))
WIDE_ENCODING = Message("not_utf8", _("The body is UTF-16 or UTF-32. Send it in UTF-8."))
TOO_MANY_ROWS = Message("too_many_rows", _("The array has more than %(most)s rows, the most in one upload. Split it."))
BODY_TOO_LARGE = Message("body_too_large", _("The body passes %(most)s bytes. Split the array."))
UNFOLDS_TOO_FAR = Message(
    "body_unfolds_too_far",
    _(
        "The %(coding)s body unfolds to more than 32 MB and to more than %(ratio)s times the bytes that were sent, "
        "as no rows do. Send the rows alone, without blanks or repetitions between them, or split the array."
    ),
)
TOO_MANY_MEMBERS = Message(
    "too_many_members",
    _(
        "The %(coding)s body is made of more than %(most)s pieces that hold next to nothing. "
        "Compress the rows in one piece."
    ),
)
UNKNOWN_CODING = Message("unknown_coding", _("The Content-Encoding %(coding)s is not taken. Send gzip, zstd or none."))
CONNECTION_LOST = Message(
    "body_cut_short",
    _("The body ended before its declared length: the connection was lost on the way. Send it again."),
)
TOO_SLOW = Message(
    "body_too_slow",
    _(
        "The body came too slowly. Send it again, with %(rate)s bytes a second or more on average after the first "
        "%(grace)s s and no pause of more than %(pause)s s."
    ),
)
CODING_CUT_SHORT = Message("body_cut_short", _("The %(coding)s body ends in its middle. Send it whole."))
DAMAGED_CODING = Message(
    "damaged_coding",
    _(
        "The body is no %(coding)s, or was damaged on the way (%(reason)s). "
        "Compress it anew (zstd with a window of at most 8 MB: without --long or --ultra) and send it again."
    ),
)
UNEXPECTED_ROWS = Message(
    "unexpected_rows",
    _("expectedRows is %(expected)s, but %(received)s came. The array is not whole; send it again."),
)
TOTAL_NOT_NAMED = Message(
    "unexpected_total",
    _(
        "%(currency)s: it is not named in expectedTotal, and the rows' invoice amounts sum to %(found)s. "
        "Correct the rows or the total, and send it again."
    ),
)
TOTAL_WITHOUT_ROWS = Message(
    "unexpected_total",
    _(
        "%(currency)s: it should sum to %(expected)s, and no row of it came. "
        "Correct the rows or the total, and send it again."
    ),
)
UNEXPECTED_TOTAL = Message(
    "unexpected_total",
    _(
        "%(currency)s: it should sum to %(expected)s, and the rows' invoice amounts sum to %(found)s. "
        "Correct the rows or the total, and send it again."
    ),
)
NOT_TAKEN = Message(
    "not_taken", _("The rows could not be taken for an error on our side, which has been logged. Send them again.")
)
# In receipts of earlier releases, which refused what has no rows.
NO_ROWS = Message("empty_body", _("The body is empty. Send a JSON array of rows, or one row as an object."))
NO_LINES = Message("empty_body", _("The body is empty. Send one row on each line."))
EMPTY_FILE = Message("empty_file", _("The file has no rows."))
TAKEN_BACK = Message("taken_back", _("The file was taken back, or previewed anew."))

# Of a row that is taken.
WARNINGS = {
    "unknown_field": _("is no field of the contract; its values are kept in `extra`."),
    "own_field": _("Fields that the service alone writes were left out."),
    "beyond_a_cell": _(
        "was too long for a cell when the workbook was written, as its cell says; it was left out, and what is stored "
        "stays."
    ),
    "amount_as_text": _("came as text and was read as a number."),
    "amount_with_zero_fraction": _("came with a fraction of zeros and was read as a whole number."),
    "amount_with_exponent": _("came with an exponent and was read as a plain number."),
    "trailing_minus": _("came with its minus behind it and was read as negative."),
    "brackets": _("came in brackets and was read as negative."),
    "balance_is_no_amount": _("is kept as text but is no amount: the open amount of these rows is empty."),
    "compact_date": _("came without hyphens and was read as YYYYMMDD."),
    "date_with_time": _("came with a time, of which the date was kept as written."),
    "placeholder_date": _("came as a placeholder such as 0000-00-00, which is no day, and was read as no date."),
    "blank_amount": _("came as blank text and was read as no amount."),
    "padded_number": _(
        "came padded with zeros; it is kept so, and is the same number without them. This is said once, until an "
        "upload comes without."
    ),
    "number_with_zero_fraction": _("came with a fraction of zeros, which was taken off: 17850.0 is 17850."),
    "invisible_characters": _("came with invisible characters, which were taken off."),
    "null_word": _(
        "came as a word that programs write where a value is missing, such as NULL or nan; it was taken as a number of "
        "that name. Send null, or leave the key out, where there is no value."
    ),
    "shortened_number": _(
        "came as a number that a spreadsheet or a program shortened, such as 1.93044E+09; it was taken as it is, and "
        "other numbers may look the same. Send every digit, as a text."
    ),
    "odd_email": _("does not look like an e-mail address; it is kept as sent."),
    "duplicate_row": _("The row stands in the array more than once, with equal values; it was taken once."),
    "indicator_spelling": _("is not S or H, and was read as the debit or credit that it commonly stands for."),
    "unknown_indicator": _(
        "means neither debit nor credit. The posting key decides; where that says neither, the amount stands as given."
    ),
    "posting_key_spelling": _("came with zeros in front or a fraction of zeros; it is kept so, and read without them."),
    "negative_debit": _("is negative although the row is a debit: it stands as given and counts as a credit."),
    "due_before_invoice": _("lies before invoiceDate; both dates are kept as sent."),
    "odd_currency": _(
        "is not a code of three letters such as EUR; it is kept as sent, and summed apart from all others."
    ),
    "currency_case": _("differs from another currency of the account by capitals alone; their amounts are not added."),
    "settled_status_but_open": _(
        "says that the item is settled, but an amount is still open. Send the balance 0 to close the item."
    ),
    "near_identity": _(
        "Rows are new although others differ from them only by zeros in front, a .0 behind, upper and lower case, "
        "invisible characters, or a part of the identity that is blank."
    ),
}
# What a warning may add to its text.
NEAREST_NAME = _("Did you mean %(name)s?")
FIRST_VALUE = _('The first is "%(value)s".')
FIRST_DEBIT, FIRST_CREDIT = (
    _('The first is "%(value)s", read as debit.'),
    _('The first is "%(value)s", read as credit.'),
)
FIRST_VALUES = {"": FIRST_VALUE, "debit": FIRST_DEBIT, "credit": FIRST_CREDIT}  # by what it was read as
BESIDE_CURRENCY = _('"%(value)s" stands beside "%(other)s".')
OPEN_IN_THEM = _("Open in these rows: %(sums)s.")
LEFT_OUT = _("They are %(names)s.")
# Of the first row with a near identity, by resource.
NEAR_STORED = {
    "invoices": _(
        "Compare the first of them with the stored item %(url)s. If both are one item, it is owed twice: keep one "
        "spelling in the feed, and send the item once more under the other with a balance of 0."
    ),
    "customers": _(
        "Compare the first of them with the stored customer %(url)s. If both are one customer, keep one spelling "
        "in the feed."
    ),
}
NEAR_ROW = {
    "invoices": _(
        "Compare the first of them with row %(row)s. If both are one item, it is owed twice: keep one spelling in the "
        "feed, and send the item once more under the other with a balance of 0."
    ),
    "customers": _(
        "Compare the first of them with row %(row)s. If both are one customer, keep one spelling in the feed."
    ),
}
ADVICE = [
    NEAREST_NAME,
    *FIRST_VALUES.values(),
    BESIDE_CURRENCY,
    OPEN_IN_THEM,
    LEFT_OUT,
    *NEAR_STORED.values(),
    *NEAR_ROW.values(),
]

# What may stand in the place of a value.
ROW_OF_ARRAY = "%(number)s (index %(index)s)"  # the same in every language
NO_CURRENCY = _("No currency")
AN_ARRAY, AN_OBJECT = _("An array"), _("An object")
EMPTY_KEY = _("the empty key")
NO_COMMA = _("a comma or the closing bracket is missing after this row")
# Python's own words for what is no JSON.
REASONS = [
    _("Expecting value"),
    _("Expecting ',' delimiter"),
    _("Expecting ':' delimiter"),
    _("Expecting property name enclosed in double quotes"),
    _("Illegal trailing comma before end of object"),
    _("Illegal trailing comma before end of array"),
    _("Invalid control character at"),
    _("Invalid \\escape"),
]
PARTS = [NO_CURRENCY, AN_ARRAY, AN_OBJECT, EMPTY_KEY, NO_COMMA, *REASONS]

# What errors and warnings may have as their codes.
ERROR_CODES = sorted({UNREADABLE, *(found.code for found in list(vars().values()) if isinstance(found, Message))})
WARNING_CODES = sorted(WARNINGS)
