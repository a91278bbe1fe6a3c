"""Procrastinate's own command, whose worker says by its exit status whether it was stopped."""

import asyncio
import signal
from typing import Any

from procrastinate import App, cli
from procrastinate.contrib.django.management.commands import procrastinate

STOPS = (signal.SIGTERM, signal.SIGINT)


class Command(procrastinate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        if options.get("func") is cli.worker_:
            options["func"] = work
        super().handle(*args, **options)


class WorkerBroken(Exception):
    """A worker ended that nobody stopped."""


async def work(app: App, **options: Any) -> None:
    """Run a worker until SIGTERM or SIGINT, or with --one-shot until its work is done.

    Raises WorkerBroken where it ended before, as it does when it loses its connection: the command then ends with the
    status 1, and whoever watches it (systemd's Restart=on-failure, say) starts it again.
    """
    running = asyncio.create_task(app.run_worker_async(**options, install_signal_handlers=False))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for each in STOPS:  # a second signal ends it at once
            loop.remove_signal_handler(each)
        running.cancel()  # which lets it finish the jobs it has begun

    for each in STOPS:
        loop.add_signal_handler(each, stop)
    try:
        await running
    except asyncio.CancelledError:
        return
    if options.get("wait", True):
        raise WorkerBroken("The worker lost its connection to the database, and ends. Start it again.")
