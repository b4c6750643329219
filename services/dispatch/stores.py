"""The collections of dispatch."""

from dataclasses import dataclass
from typing import Any

from fengqiao.runtime.documents import Collection, Index, index


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


def indexes(kept: Stores) -> list[Index]:
    """What a real MongoDB wants for the lists. The hot paths use `_id` only."""
    return [
        index(kept.incidents, "area", "-sort"),
        index(kept.incidents, "area", "open", "-sort"),
        index(kept.incidents, "area", "number"),
        index(kept.incidents, "area", "small_case", "-sort"),
    ]
