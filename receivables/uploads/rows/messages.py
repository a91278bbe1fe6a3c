"""Messages on the rows of an upload and on their values."""

from django.utils.translation import gettext_noop as _

from receivables.uploads.messages import Message, named

# On a field's value: the text follows the field's name.
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
# An object with one of these keys is a cell that the reader of the table could not read.
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
NAMES_A_KEY_TWICE = Message(
    "repeated_key",
    _("names the key %(key)s twice; only one could be kept. Send it once."),
    of_cells=_("names %(key)s twice in one cell; only one value could be kept. Write it once."),
)
NAMED_TWICE = Message("repeated_key", _("is named twice in this row; only one value could be kept. Send it once."))

# On a row.
WRAPPED_ROWS = Message(
    "wrapped_rows",
    _(
        "is an object in which an array of %(count)s objects stands under %(key)s. "
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

MESSAGES = named(vars(), "row.")
