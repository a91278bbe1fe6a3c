"""Who sends an upload, and who hears of its end."""

from dataclasses import dataclass

from django.dispatch import Signal

from apiauth.models import Account, ApiKey

# Sent with `upload` once its receipt is committed, however it ended: accepted or refused, at once or by a worker, a dry
# run too; also of what ends or confirms a full load. A receiver that raises is logged, and fails no upload.
upload_finished = Signal()


@dataclass(frozen=True)
class Source:
    """Whose rows an upload has, and who sends it: a key of the account, or a member of staff with a file."""

    account: Account
    api_key: ApiKey | None = None
    staff_username: str = ""
    file_name: str = ""
