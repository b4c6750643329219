"""What the documents remember that the board no longer does: which commands were decided, which incidents are over."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from fengqiao.runtime.documents import Collection
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import KEEP_ENDED
from services.dispatch.domain.messages import Asked, Heard, Message, incidents_named

_MARGIN: Final = timedelta(minutes=5)


async def decided(commands: Collection, messages: Iterable[Message]) -> frozenset[str]:
    """Which of these commands have been decided: a command acts once, however often it is sent."""
    ids = [message.command.command_id for message in messages if isinstance(message, Asked)]
    return frozenset(await commands.get_many(ids)) if ids else frozenset()


async def retired(incidents: Collection, board: Board, messages: Iterable[Message], now: datetime) -> frozenset[str]:
    """Which incidents that these messages name were on the board once and are no longer."""
    # One that was received less than a day ago cannot have ended a day ago: most reports need no look.
    young = now - KEEP_ENDED + _MARGIN
    ids: set[str] = set()
    for message in messages:
        named: tuple[str, ...] = ()
        match message:
            case Heard(event, sequence):
                if sequence > 1 or event.received_at < young:
                    named = (event.incident_id,)
            case Asked(command):
                named = incidents_named(command)
            case _:
                pass
        ids.update(one for one in named if one not in board.incidents)
    return frozenset(await incidents.get_many(sorted(ids))) if ids else frozenset()
