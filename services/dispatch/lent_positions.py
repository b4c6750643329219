"""Positions of lent units go to both areas: their home's writer says them again to the one that borrows them (D8).

Nothing is decided exactly by a position, so none is kept for sending again: the next one follows.
"""

from datetime import datetime

from fengqiao.contracts.ids import guest_name
from fengqiao.contracts.positions import UnitPosition
from fengqiao.contracts.topics import UNIT_POSITIONS
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.publisher import Outgoing
from services.dispatch.command_desk import POSITIONS_SOURCE
from services.dispatch.domain.board import Board
from services.dispatch.outgoing import Route


class LentPositions:
    """Of one home area: the latest position of each lent unit that has not been passed on."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._waiting: dict[str, Outgoing] = {}

    def moved(self, board: Board, position: UnitPosition) -> None:
        """Keep it for passing on where the unit is lent."""
        state = board.units.get(position.unit)
        name = guest_name(position.area, position.unit)
        if state is None or state.lent_to not in self._route.others or name is None:
            return
        there = position.model_copy(update={"area": state.lent_to, "unit": name})
        key = f"{there.area}/{there.unit}"
        self._waiting[position.unit] = Outgoing(
            topic=self._route.topic(UNIT_POSITIONS),
            key=key,
            partition=self._route.others[there.area],
            event=CloudEvent(
                there.TYPE, POSITIONS_SOURCE, key, _milliseconds(there.at), there.received_at, there.wire()
            ),
        )

    def take(self) -> list[Outgoing]:
        """What is to be published now."""
        taken, self._waiting = list(self._waiting.values()), {}
        return taken


def _milliseconds(at: datetime) -> int:
    return max(int(at.timestamp() * 1000), 1)
