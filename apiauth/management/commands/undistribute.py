"""Make plain PostgreSQL of a Citus cluster: all tables on the coordinator."""

from typing import Any

from apiauth.distribution.commands import MovingCommand, refuse
from apiauth.distribution.state import State, undeclared
from apiauth.distribution.steps import Step, steps_to_undistribute


class Command(MovingCommand):
    help = (
        "Moves all tables back to the coordinator of a Citus cluster, which needs room for them. Stop the service "
        "before. It can be run again after an interruption."
    )
    done = "All tables are on the coordinator."

    def steps(self, state: State, options: dict[str, Any]) -> list[Step]:
        refuse(list(undeclared(state)))
        return steps_to_undistribute(state)
