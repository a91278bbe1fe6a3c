"""What the commands `distribute` and `undistribute` share."""

from abc import ABC, abstractmethod
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from apiauth.distribution import cluster
from apiauth.distribution.running import run_steps
from apiauth.distribution.state import NO_CITUS, State
from apiauth.distribution.steps import Step
from config.database.base import is_distributed


class MovingCommand(BaseCommand, ABC):
    """Runs the steps that are left, or says them."""

    requires_system_checks = []  # that of the database warns of what is to be done here
    done = ""  # said where no step is left

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, choices=tuple(connections))
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            if not cluster.is_there(cursor):
                raise CommandError(NO_CITUS)
        steps = self.steps(State(connection), options)
        if options["dry_run"]:
            self.stdout.write("\n".join(["Would be done:", *(step.text for step in steps)] if steps else [self.done]))
            return
        run_steps(connection, steps, self.stdout.write)
        is_distributed.cache_clear()
        self.stdout.write(self.done)

    @abstractmethod
    def steps(self, state: State, options: dict[str, Any]) -> list[Step]:
        """Return the steps that are left. Raises CommandError, which names what is in their way."""


def refuse(obstacles: list[str]) -> None:
    if obstacles:
        raise CommandError("\n".join(["Nothing was done.", *obstacles]))
