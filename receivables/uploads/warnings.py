"""Warnings on rows that are stored all the same, and the advice that a warning may add."""

from django.utils.translation import gettext_noop as _

from receivables.uploads.messages import Message, named

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
    "outside_scope": _(
        "is of no company code of the full load; such rows were taken as changes, and nothing is closed there."
    ),
    "older_than_full_load": _(
        "Rows are of items that a newer full load no longer had; they stay closed and were left as they are. The next "
        "upload opens those that are still owed."
    ),
    "refused_row_of_closed_item": _(
        "Rows were refused whose items are closed: these stay closed until rows of them are accepted. Correct the rows "
        "and send them again."
    ),
    "near_identity": _(
        "Rows are new although others differ from them only by zeros in front, a .0 behind, upper and lower case, "
        "invisible characters, or a part of the identity that is blank."
    ),
}
WARNING_CODES = sorted(WARNINGS)

# What a warning may add to its text: messages without a code.
NEAREST_NAME = Message("", _("Did you mean %(name)s?"))
FIRST_VALUE = Message("", _('The first is "%(value)s".'))
FIRST_DEBIT = Message("", _('The first is "%(value)s", read as debit.'))
FIRST_CREDIT = Message("", _('The first is "%(value)s", read as credit.'))
FIRST_VALUES = {"": FIRST_VALUE, "debit": FIRST_DEBIT, "credit": FIRST_CREDIT}  # by what it was read as
BESIDE_CURRENCY = Message("", _('"%(value)s" stands beside "%(other)s".'))
OPEN_IN_THEM = Message("", _("Open in these rows: %(sums)s."))
LEFT_OUT = Message("", _("They are %(names)s."))
# Of the first row with a near identity, by resource.
NEAR_STORED_ITEM = Message(
    "",
    _(
        "Compare the first of them with the stored item %(url)s. If both are one item, it is owed twice: keep one "
        "spelling in the feed, and send the item once more under the other with a balance of 0."
    ),
)
NEAR_STORED_CUSTOMER = Message(
    "",
    _(
        "Compare the first of them with the stored customer %(url)s. If both are one customer, keep one spelling "
        "in the feed."
    ),
)
NEAR_STORED = {"invoices": NEAR_STORED_ITEM, "customers": NEAR_STORED_CUSTOMER}
NEAR_ROW_ITEM = Message(
    "",
    _(
        "Compare the first of them with row %(row)s. If both are one item, it is owed twice: keep one spelling in the "
        "feed, and send the item once more under the other with a balance of 0."
    ),
)
NEAR_ROW_CUSTOMER = Message(
    "", _("Compare the first of them with row %(row)s. If both are one customer, keep one spelling in the feed.")
)
NEAR_ROW = {"invoices": NEAR_ROW_ITEM, "customers": NEAR_ROW_CUSTOMER}

MESSAGES = named(vars(), "warning.")
