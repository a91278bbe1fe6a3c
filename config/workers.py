"""The process that serves: gunicorn's, which keeps idle connections no longer than it has room for others."""

from contextlib import suppress
from time import monotonic

from gunicorn.workers.gthread import ThreadWorker

SPARED_SECONDS = 1  # in which a connection may be idle and is not ended for another


class RoomyWorker(ThreadWorker):  # type: ignore[misc]
    """Ends idle connections where they leave no room for another.

    gunicorn takes none while it has `worker_connections`, idle ones too: whoever opened so many and said nothing would
    keep all others out for as long as idle connections are kept.
    """

    def murder_pending(self) -> None:
        """Do what gunicorn does each time around its loop, and make room for one more connection."""
        super().murder_pending()
        while self.nr_conns >= self.worker_connections - 1 and self._end_an_idle_one():
            pass

    def _cap_keepalive(self, deadline: float) -> None:
        """At a stop, wait no longer for those that never said a word than for the others."""
        super()._cap_keepalive(deadline)
        for connection in self.pending_conns:
            connection.timeout = min(connection.timeout, deadline)

    def _end_an_idle_one(self) -> bool:
        """End that which says nothing for the longest time, if there is one: of those just opened most are about to."""
        queues = [queue for queue in (self.pending_conns, self.keepalived_conns) if queue]
        oldest = min(queues, key=lambda queue: queue[0].timeout, default=None)
        if oldest is None or oldest[0].timeout - self.cfg.keepalive > monotonic() - SPARED_SECONDS:
            return False
        connection = oldest.popleft()
        with suppress(OSError, KeyError, ValueError):  # as gunicorn has it: it may be closed already
            self.poller.unregister(connection.sock)
        self.nr_conns -= 1
        connection.close()
        return True
