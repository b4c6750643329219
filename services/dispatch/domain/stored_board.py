"""The board as bytes: what a snapshot keeps of it, and the board again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from rpds import HashTrieMap, Queue

from services.dispatch.domain.board import Board, Due, Hole, Incident, OnDuty, Placed, SetAside, rescheduled
from services.dispatch.domain.mutual_aid_state import StoredAid, to_store
from services.dispatch.domain.mutual_aid_state import restored as restored_aid
from services.dispatch.domain.queue import turns_of


@dataclass(frozen=True, slots=True)
class StoredBoard:
    """The board as a snapshot keeps it: `restored` makes it whole."""

    area: str
    sequence: int
    number: int
    incidents: list[Incident]
    units: list[OnDuty]
    queue: dict[str, tuple[int, datetime]]
    ended: tuple[tuple[datetime, str], ...]
    aside: list[SetAside]
    unheard: dict[str, int]
    held: dict[str, datetime] = field(default_factory=dict)
    watched: dict[str, datetime] = field(default_factory=dict)
    placed: Placed | None = None
    holes: dict[str, Hole] = field(default_factory=dict)
    aid: StoredAid = field(default_factory=StoredAid)


_STORED: TypeAdapter[StoredBoard] = TypeAdapter(StoredBoard)
_INCIDENTS: TypeAdapter[list[Incident]] = TypeAdapter(list[Incident])
_NO_INCIDENTS: Final = b'"incidents":[]'
_AT_ONCE: Final = 50
"""Incidents in a piece: some two milliseconds of work."""


def to_json(board: Board) -> bytes:
    """The whole board, to be read by `from_json`; equal boards give equal bytes."""
    return b"".join(pieces(board))


def pieces(board: Board) -> Iterator[bytes]:
    """`to_json` in pieces, for whoever has other work to do between them."""
    stored = StoredBoard(
        area=board.area,
        sequence=board.sequence,
        number=board.number,
        incidents=[],
        units=[board.units[key] for key in sorted(board.units)],
        queue={key: board.queue[key] for key in sorted(board.queue)},
        ended=tuple(board.ended),
        aside=[board.aside[key] for key in sorted(board.aside)],
        unheard={key: board.unheard[key] for key in sorted(board.unheard)},
        held={key: board.held[key] for key in sorted(board.held)},
        watched={key: board.watched[key] for key in sorted(board.watched)},
        placed=board.placed,
        holes={key: board.holes[key] for key in sorted(board.holes)},
        aid=to_store(board.aid),
    )
    before, after = _STORED.dump_json(stored).split(_NO_INCIDENTS, 1)  # only the area's name stands before it
    yield before + _NO_INCIDENTS[:-1]
    ids = sorted(board.incidents)
    for at in range(0, len(ids), _AT_ONCE):
        some = _INCIDENTS.dump_json([board.incidents[id] for id in ids[at : at + _AT_ONCE]])
        yield (b"," if at else b"") + some[1:-1]
    yield _NO_INCIDENTS[-1:] + after


def from_json(state: bytes) -> Board:
    """Raises pydantic.ValidationError when `state` is not what `to_json` made."""
    return restored(_STORED.validate_json(state))


def restored(stored: StoredBoard) -> Board:
    """The board, with what is worked out from its parts."""
    due: Due = HashTrieMap()
    for incident in stored.incidents:
        due = rescheduled(due, incident.id, None, incident.look_at)
    early: dict[str, tuple[str, ...]] = {}
    for one in sorted(stored.aside, key=lambda one: (one.sequence, one.at, one.key)):
        if one.command:
            early[one.incident] = (*early.get(one.incident, ()), one.key)
    return Board(
        area=stored.area,
        sequence=stored.sequence,
        number=stored.number,
        incidents=HashTrieMap({incident.id: incident for incident in stored.incidents}),
        units=HashTrieMap({unit.unit: unit for unit in stored.units}),
        queue=HashTrieMap(stored.queue),
        in_turn=turns_of(stored.queue),
        ended=Queue(stored.ended),
        aside=HashTrieMap({one.key: one for one in stored.aside}),
        early=HashTrieMap(early),
        unheard=HashTrieMap(stored.unheard),
        due=due,
        held=HashTrieMap(stored.held),
        watched=HashTrieMap(stored.watched),
        placed=stored.placed,
        holes=HashTrieMap(stored.holes),
        aid=restored_aid(stored.aid),
    )
