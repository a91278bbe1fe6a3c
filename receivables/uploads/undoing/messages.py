"""Why an upload cannot be taken back: messages as those of uploads are."""

from django.utils.translation import gettext_noop as _

from receivables.uploads.messages import Message, Phrase, named

DRY_RUN = Message(
    "dry_run", _("The upload %(id)s was only tried and stored nothing. Take back the upload that stored the rows.")
)
NOTHING_STORED = Message(
    "nothing_stored", _("No row of %(id)s was stored, so there is nothing to take back. Its receipt says why.")
)
NOT_FINISHED = Message(
    "not_finished", _("The upload %(id)s waits for a worker or is under way. Take it back when it is finished.")
)
OF_LOAD = Message(
    "of_snapshot",
    _("The upload %(id)s belongs to a full load, which is taken back as a whole: POST %(url)s."),
)
LOAD_OPEN = Message(
    "snapshot_open",
    _("The full load %(url)s is still open. Commit or abandon it, or wait until it ends; then take it back."),
)
LATER_LOAD = Message(
    "later_snapshot",
    _(
        "The later full load %(url)s of %(codes)s says what is open there. Take that one back first, or send a full "
        "load that is right."
    ),
)
NO_FULL_HISTORY = Message(
    "no_full_history",
    _(
        "The upload %(id)s was stored by an earlier release, which did not note all that is needed to take it back. "
        "Send the right rows instead."
    ),
)
TOO_OLD = Message(
    "too_old",
    _(
        "It was stored at %(at)s; what was stored more than %(days)s days ago cannot be taken back. Send the right "
        "rows instead."
    ),
)
ALREADY_UNDONE = Message(
    "already_undone", _("It was taken back already, by the upload %(url)s. To have it again, take that one back.")
)
PREVIEW_CHANGED = Message(
    "preview_changed",
    _("What would happen has changed since the preview. Look at a new preview, and confirm that one."),
)
TOO_MANY_ITEMS = Message(
    "too_many_items",
    _(
        "%(group)s: it would move %(count)s of %(open)s, more than %(share)s %% and more than %(most)s. A key with the "
        "scope confirm can take it back, or a member of staff."
    ),
)
TOO_MUCH_MONEY = Message(
    "too_much_money",
    _(
        "%(group)s: it would move %(amount)s of %(open)s that are open, more than %(share)s %% and more than %(most)s "
        "items. A key with the scope confirm can take it back, or a member of staff."
    ),
)
OVER_AMOUNT_LIMIT = Message(
    "over_amount_limit",
    _(
        "%(group)s: it would move %(amount)s, more than the account's limit of %(most)s. A key with the scope confirm "
        "can take it back, or a member of staff."
    ),
)

ALL_CUSTOMERS = Phrase(_("all customers"))
MESSAGES = named(vars(), "undoing.")
