"""What happens while one message is decided: each event is folded at once, so that the next follows from it."""

from datetime import datetime
from typing import Any, Literal

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import Command
from fengqiao.contracts.model import Event
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Board, Incident
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.matching import Context


class Happenings:
    """The events so far, and the board after them. Local to one `decide`, which stays pure."""

    def __init__(self, board: Board, context: Context) -> None:
        self.board = board
        self.context = context
        self.events: list[Event] = []

    @property
    def now(self) -> datetime:
        return self.context.now

    def add(self, event: Event) -> None:
        self.events.append(event)
        self.board = evolve(self.board, event)

    def reject(
        self, command: Command, status: Literal[403, 404, 409], detail: str, allowed: tuple[str, ...] = ()
    ) -> None:
        """Refuse the command; nothing else changes."""
        self.add(
            said.CommandRejected(
                area=self.board.area,
                at=self.now,
                by=command.by,
                command_id=command.command_id,
                verb=command.TYPE.split(".")[2],
                status=status,
                detail=detail,
                allowed=allowed,
                incident_id=private.incident_named(command),
            )
        )

    def marks(self, incident: Incident, command: Command | None = None) -> dict[str, Any]:
        """What every event about the incident carries."""
        return {
            "area": self.board.area,
            "at": self.now,
            "by": None if command is None else command.by,
            "command_id": None if command is None else command.command_id,
            "incident_id": incident.id,
            "number": incident.number,
            "category": incident.category,
            "priority": incident.priority,
            "location": incident.location,
            "source": incident.source,
        }
