"""In which order waiting calls are served (D5).

A call's *turn* is the moment it was received plus AGEING for each class of priority below the gravest. It never
moves, so two calls never change places while they wait, and every call is served after finitely many others: those
whose turn is earlier. A fresh call of priority 1 goes before one of priority 4 that has waited up to 90 minutes.

Of the calls for which somebody is free, those of the same priority whose turns lie within SAME_TURN of the first one's
are weighed together: the free units are shared out among them with the least travel seconds in all (`assigning`).
Calls of priority 1 are never weighed against others: each gets the nearest unit for itself, in their turn.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from services.dispatch.domain.board import Board

AGEING: Final = timedelta(minutes=30)
SAME_TURN: Final = timedelta(seconds=60)


def turn(priority: int, received_at: datetime) -> datetime:
    """The moment by which waiting calls are ordered."""
    return received_at + (priority - 1) * AGEING


def moved(board: Board, incident_id: str, place: tuple[int, datetime] | None) -> dict[str, Any]:
    """What of the board changes when the incident waits at this place: priority, and time of arrival. None: it does
    not wait."""
    known = board.queue.get(incident_id)
    if known == place:
        return {}
    turns = board.in_turn
    if known is not None:
        at = bisect_left(turns, (turn(*known), incident_id))
        turns = turns[:at] + turns[at + 1 :]
    if place is None:
        return {"queue": board.queue.discard(incident_id), "in_turn": turns}
    mine = turn(*place), incident_id
    at = bisect_left(turns, mine)
    return {"queue": board.queue.insert(incident_id, place), "in_turn": (*turns[:at], mine, *turns[at:])}


def turns_of(queue: Mapping[str, tuple[int, datetime]]) -> tuple[tuple[datetime, str], ...]:
    """`Board.in_turn` of a whole queue."""
    return tuple(sorted((turn(*place), incident_id) for incident_id, place in queue.items()))


def weighed_together(board: Board, waiting: list[str]) -> Iterator[list[str]]:
    """`waiting` (in turn) cut into groups that are served together."""
    group: list[str] = []
    for incident_id in waiting:
        if group and not _same_turn(board, group[0], incident_id):
            yield group
            group = []
        group.append(incident_id)
    if group:
        yield group


def _same_turn(board: Board, first: str, other: str) -> bool:
    (priority, first_at), (others, other_at) = board.queue[first], board.queue[other]
    return 1 < priority == others and other_at - first_at <= SAME_TURN
