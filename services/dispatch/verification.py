"""`verify`: fold every journal again from its first entry and hold chain, sequences and reads against it."""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any, Final

import orjson

from fengqiao.runtime import documents
from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import RuntimeFault
from fengqiao.runtime.journal import Head, Journal
from services.dispatch.domain.board import Board
from services.dispatch.domain.evolve import evolve
from services.dispatch.entries import read
from services.dispatch.settings import DispatchSettings
from services.dispatch.views import incident_state

LOOKS: Final = 5
BETWEEN_LOOKS_S: Final = 0.3
"""Beside a running dispatch the documents follow the journal by a moment, and may be ahead of what was folded: a
difference is one that is there at every look."""


async def verify(settings: DispatchSettings, areas: Sequence[str]) -> int:
    """Check the journal of each area; one line each. Returns the exit status: 1 when anything is wrong."""
    client = documents.connect(settings.mongodb_uri, settings.mongodb_driver)
    database = client[settings.database]
    status = 0
    try:
        for area in areas:
            row = await verified(database, area)
            status = max(status, 0 if row["ok"] else 1)
            sys.stdout.write(orjson.dumps(row).decode() + "\n")
    finally:
        await documents.close(client)
    return status


async def verified(database: Any, area: str) -> dict[str, Any]:
    """What folding the journal of `area` shows: {area, ok, entries, events, hash, incidents, problem}."""
    board, head, wrong = Board(area), Head(), ""
    journal = Journal(Collection(database, "dispatch_journal", deadline=20.0), area)
    incidents = Collection(database, "dispatch_incidents", deadline=20.0)
    try:
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(BETWEEN_LOOKS_S)
            async for entry in journal.entries(head):
                for happened in read(entry).events:
                    board = evolve(board, happened.event)
                    if happened.sequence is not None and happened.sequence != board.sequence:
                        wrong = wrong or f"entry {entry.n} gives number {happened.sequence}, {board.sequence} is due"
                head = Head(entry.n, entry.hash)
            differ = await _reads_differ(incidents, board)
            if not differ:
                break
        wrong = wrong or differ
    except (RuntimeFault, KeyError, ValueError) as error:
        wrong = f"{type(error).__name__}: {error}"
    row = {"area": area, "ok": not wrong, "entries": head.n, "events": board.sequence, "hash": head.hash}
    return row | {"incidents": len(board.incidents), "problem": wrong or None}


async def _reads_differ(incidents: Collection, board: Board) -> str:
    """The first incident whose document is not what the fold says; empty where all are."""
    found = await incidents.get_many(sorted(board.incidents))
    for incident in board.incidents.values():
        stored = found.get(incident.id)
        if stored is None:
            return f"incident {incident.number} has no document"
        if orjson.loads(stored["state"]) != orjson.loads(incident_state(board.area, incident).wire()):
            return f"the document of incident {incident.number} is not what the journal says"
    return ""
