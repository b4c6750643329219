"""The board as it was after an entry, kept from time to time while the area goes on: a takeover folds what came after.

A board of thousands of open incidents takes a fifth of a second to write down, and nobody's call may wait for that: it
is written down piece by piece, between the steps of the area (boards never change, so it stays what it was).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson
import structlog
from pydantic import TypeAdapter

from fengqiao.runtime.background import ended
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Busy
from fengqiao.runtime.journal import Head, Snapshot, Snapshots
from services.dispatch.domain.board import Board
from services.dispatch.domain.stored_board import StoredBoard, pieces, restored
from services.dispatch.entries import Mark

log = structlog.get_logger(__name__)

EVERY: Final = 1500
"""Entries between snapshots. A takeover folds at most so many; a snapshot costs the writer a moment."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What goes on from `head`. mark: how far the entries are known to be followed through."""

    board: Board
    offsets: Mapping[str, int]
    mark: Mark
    head: Head


@dataclass(frozen=True, slots=True)
class _Stored:
    """As it lies in the store. published: entry, sequence and offset of the mark."""

    board: StoredBoard
    offsets: dict[str, int]
    published: tuple[int, int, int]


_STORED: Final = TypeAdapter(_Stored)


class BoardSnapshots:
    """Of one area."""

    def __init__(self, collection: Collection, area: str) -> None:
        self._snapshots = Snapshots(collection)
        self._area = area
        self._at = 0
        self._task: asyncio.Task[None] | None = None

    async def latest(self) -> Kept | None:
        """The newest one, where there is one. Raises StoreUnavailable."""
        snapshot = await self._snapshots.latest(self._area)
        if snapshot is None:
            return None
        self._at = snapshot.head.n
        stored = _STORED.validate_json(snapshot.state)
        return Kept(restored(stored.board), stored.offsets, Mark(*stored.published), snapshot.head)

    def due(self, head: Head) -> bool:
        """Whether it is time for one, and none is under way."""
        return head.n - self._at >= EVERY and (self._task is None or self._task.done())

    def begin(self, kept: Kept) -> None:
        """Keep it beside what goes on. One that fails is begun again with a later entry."""
        self._task = asyncio.create_task(self._try(kept), name=f"snapshot of {self._area}")

    async def _try(self, kept: Kept) -> None:
        try:
            await self._keep(kept)
        except Busy as error:
            log.warning("no snapshot", area=self._area, why=str(error))

    async def keep(self, kept: Kept) -> None:
        """Keep it now, unless it is the one that is kept already. Raises Busy."""
        await ended(self._task, within=5)
        if kept.head.n != self._at:
            await self._keep(kept)

    async def _keep(self, kept: Kept) -> None:
        board = bytearray()
        for piece in pieces(kept.board):
            board += piece
            await asyncio.sleep(0)  # a step of the area may go between
        state = orjson.dumps(
            {
                "board": orjson.Fragment(bytes(board)),
                "offsets": kept.offsets,
                "published": [kept.mark.entry, kept.mark.sequence, kept.mark.offset],
            }
        )
        await self._snapshots.save(self._area, Snapshot(kept.head, state))
        self._at = max(self._at, kept.head.n)
