"""Spread the accounts over the machines of a Citus cluster."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apiauth.distribution.commands import MovingCommand, refuse
from apiauth.distribution.state import State, due_migrations, obstacles
from apiauth.distribution.steps import SHARDS, Step, steps_to_distribute

MOST_SHARDS = 1024


class Command(MovingCommand):
    help = (
        "Spreads the accounts over the machines of a Citus cluster, table by table. Stop the service before. It can be "
        "run again after an interruption."
    )
    done = "The accounts are spread over the cluster."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        shards = (
            f"parts that the accounts are divided into, at most one machine each; {SHARDS} by default, and fixed then"
        )
        parser.add_argument("--shards", type=int, default=SHARDS, metavar="N", help=shards)

    def steps(self, state: State, options: dict[str, Any]) -> list[Step]:
        if not 1 <= options["shards"] <= MOST_SHARDS:
            raise CommandError(f"--shards {options['shards']} is not from 1 to {MOST_SHARDS}.")
        refuse([*obstacles(state), *due_migrations(state)])
        return steps_to_distribute(state, options["shards"])
