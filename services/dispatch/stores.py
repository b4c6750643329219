"""The collections of dispatch."""

import asyncio
from dataclasses import dataclass
from typing import Any

from fengqiao.runtime.documents import Collection
from fengqiao.runtime.errors import Busy


@dataclass(frozen=True, slots=True)
class Stores:
    journal: Collection
    snapshots: Collection
    incidents: Collection
    units: Collection
    commands: Collection
    areas: Collection
    """What is known of each area as a whole: the holes in its coverage."""
    places: Collection
    """Which incidents were where, by square of ground and month."""


def stores(database: Any) -> Stores:
    """The collections in a database of either driver."""
    return Stores(
        journal=Collection(database, "dispatch_journal"),
        snapshots=Collection(database, "dispatch_snapshots", deadline=5.0),
        incidents=Collection(database, "dispatch_incidents"),
        units=Collection(database, "dispatch_units"),
        commands=Collection(database, "dispatch_commands"),
        areas=Collection(database, "dispatch_areas"),
        places=Collection(database, "dispatch_places"),
    )


async def declare_indexes(kept: Stores) -> None:
    """What a real MongoDB wants for the lists. The hot paths use `_id` only."""
    while True:
        try:
            await kept.incidents.ensure_index([("area", 1), ("sort", -1)])
            await kept.incidents.ensure_index([("area", 1), ("open", 1), ("sort", -1)])
            await kept.incidents.ensure_index([("area", 1), ("number", 1)])
            await kept.incidents.ensure_index([("area", 1), ("small_case", 1), ("sort", -1)])
            return
        except Busy:
            await asyncio.sleep(2)
