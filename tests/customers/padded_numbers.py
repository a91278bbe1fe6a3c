"""Which spellings of a customer number mean the same: stored, asked for, whether they meet."""

PADDING = {
    "as stored": ("4711", "4711", True),
    "asked for with padding": ("4711", "0000004711", True),
    "stored with padding": ("0000004711", "4711", True),
    "both padded, unequally": ("0000004711", "004711", True),
    "blanks around": ("4711", " 4711 ", True),
    "another number": ("4711", "47110", False),
    "a part of it": ("4711", "471", False),
    "zeros within": ("40711", "4711", False),
    "letters keep their zeros, stored": ("00A1", "A1", False),
    "letters keep their zeros, asked for": ("A1", "00A1", False),
    "letters keep their zeros, both": ("00A1", "00A1", True),
    "letters keep their case": ("ABC", "abc", False),
    "a hyphen is no digit": ("0012-3", "12-3", False),
    "a sign is no digit": ("-5", "5", False),
    "a point is no digit": ("01.0", "1.0", False),
    "zeros alone are one zero, asked for": ("0", "000", True),
    "zeros alone are one zero, stored": ("000", "0", True),
    "zeros alone are not nothing": ("000", "1", False),
    "digits of another script keep their zeros": ("\u0660\u0661", "\u0661", False),
    "a pattern is a text": ("4711", "%", False),
}
