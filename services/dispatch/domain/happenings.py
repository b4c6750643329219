"""What happens while one message is decided: each event is folded at once, so that the next follows from it."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from fengqiao.contracts import dispatch as said
from fengqiao.contracts.commands import Command
from fengqiao.contracts.model import Event
from services.dispatch.domain import messages as private
from services.dispatch.domain.board import Board, Incident
from services.dispatch.domain.evolve import evolve
from services.dispatch.domain.matching import Context

DEVICE_APART: Final = timedelta(seconds=60)


def given_by(command: Command | None) -> dict[str, Any]:
    """Who asked for it and when, as an event carries it; `by` None where the rules decided."""
    if command is None:
        return {"by": None, "command_id": None}
    given: dict[str, Any] = {"by": command.by, "command_id": command.command_id}
    if command.at is not None:
        given["device_at"] = command.at
        if abs(command.at - command.received_at) > DEVICE_APART:
            given["device_apart"] = True
    return given


class Happenings:
    """The events so far, and the board after them. Local to one `decide`, which stays pure."""

    def __init__(self, board: Board, context: Context) -> None:
        self.board = board
        self.context = context
        self.events: list[Event] = []

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def sent_at(self) -> datetime:
        """When a unit hears of what is decided now. A command may have waited for hours: nobody was sent meanwhile, and
        nobody could answer."""
        return self.context.decided_at or self.context.now

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
                **given_by(command),
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
            **given_by(command),
            "incident_id": incident.id,
            "number": incident.number,
            "category": incident.category,
            "priority": incident.priority,
            "location": incident.location,
            "source": incident.source,
        }
