"""Messages on a body that cannot be read, or on a row of it that is no JSON."""

from django.utils.translation import gettext_noop as _

from receivables.uploads.messages import Message, named

# On a row.
ROW_CUT_SHORT = Message("truncated_json", _("ends before its JSON does; send it whole."))
ROW_NO_JSON = Message("invalid_json", _("is no JSON at character %(character)s, near %(near)s: %(reason)s."))
ROW_GOES_ON = Message("invalid_json", _("goes on after its end, with %(text)s."))
ROW_ENDLESS = Message(
    "row_too_large", _("does not end within %(most)s bytes, the most that a row may have. Shorten it.")
)
TOO_DEEP_TO_READ = Message("too_deep", _("is nested too deep to be read. Flatten it."))
LONG_WRAPPED_ROWS = Message(
    "wrapped_rows",
    _(
        "is an object of more than %(most)s bytes in which an array of objects stands under %(key)s. "
        "Send that array as the body, without the object around it."
    ),
)

# On the body as a whole.
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

MESSAGES = named(vars(), "body.")
