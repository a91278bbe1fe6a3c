"""Django's PostgreSQL backend, without what needs a session of its own between two transactions."""

from typing import Any

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; one of the server's own (named) within a transaction alone, whoever asks for it.

        Outside one, Django would declare it WITH HOLD: it then stays in the session under a name that other processes
        use as well. Behind a pooler that lends a session for one transaction, the next rows come from another's
        session: from none, or from the cursor of another's query. Without a name the client reads all rows at once.
        """
        return super().create_cursor(None if self.get_autocommit() else name)
