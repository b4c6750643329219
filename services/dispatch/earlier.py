"""Earlier incidents at a place (D9): one document a square of ground and month, written with the incidents' own.

A document is addressed (`area/x.y/2024-10`), so that nothing is filtered: reading the year around a place is one
look-up of at most 4 squares × 13 months. It names incidents and where they were; what became of them is
read from their own documents. A document holds the latest MOST_KEPT of its square and month: each is written whole with
every incident there, and what an incident costs may not grow with how many there were.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from fengqiao.contracts.dispatch import IncidentCorrected, IncidentOpened
from fengqiao.geo.distance import haversine_metres
from fengqiao.runtime.documents import Document
from services.dispatch.entries import Happened
from services.dispatch.stores import Stores
from services.dispatch.surroundings import square, squares_near

SAME_PLACE_M: Final = 60.0
MONTHS: Final = 13
"""The month of the incident and the twelve before: a year."""
MOST: Final = 20
MOST_KEPT: Final = 256
"""Of 200 m by 200 m and a month. The busiest of the past that `simulation.past` makes for Gaoqiao has 49."""
MOST_READ: Final = 60
"""Of the latest at the place so many are read, for some may have moved away or be later than the one asked about."""
_OPEN_KEYS: Final = ("number", "category", "priority", "status", "received_at")


def place_documents(area: str, happened: Iterable[Happened]) -> tuple[list[Document], dict[str, list[str]]]:
    """The documents that these events change, and what is added to each: the incidents now at places there."""
    sequences: dict[str, int] = {}
    rows: dict[str, list[str]] = {}
    for one in happened:
        event = one.event
        moved = isinstance(event, IncidentCorrected) and "location" in event.changed
        if one.sequence is None or not (moved or isinstance(event, IncidentOpened)):
            continue
        assert isinstance(event, IncidentOpened | IncidentCorrected)
        id = _id(area, square(event.location.lon, event.location.lat), event.at.year * 12 + event.at.month - 1)
        sequences[id] = one.sequence
        place = event.location
        rows.setdefault(id, []).append(f"{event.incident_id} {place.lon:.6f} {place.lat:.6f}")
    return [{"_id": id, "area": area, "sequence": sequence} for id, sequence in sequences.items()], rows


def _id(area: str, at: tuple[int, int], month: int) -> str:
    return f"{area}/{at[0]}.{at[1]}/{month // 12}-{month % 12 + 1:02d}"


async def earlier_at(stores: Stores, area: str, state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Incidents within SAME_PLACE_M of this one in the year before it, the latest first, at most MOST.

    state: of the incident. Raises StoreUnavailable.
    """
    lon, lat = state["location"]["lon"], state["location"]["lat"]
    received = datetime.fromisoformat(state["received_at"])
    month = received.year * 12 + received.month - 1
    ids = [_id(area, at, month - back) for at in squares_near(lon, lat, SAME_PLACE_M) for back in range(MONTHS)]
    documents = await stores.places.get_many(ids)
    named: dict[str, None] = {}
    for document in sorted(documents.values(), key=lambda one: int(one["sequence"]), reverse=True):
        for row in reversed(document.get("incidents", ())):
            incident, east, north = row.split(" ")
            if haversine_metres(lon, lat, float(east), float(north)) <= SAME_PLACE_M:
                named[incident] = None
    named.pop(state["incident_id"], None)
    found = []
    for document in (await stores.incidents.get_many(list(named)[:MOST_READ])).values():
        other = orjson.loads(document["state"])
        away = haversine_metres(lon, lat, other["location"]["lon"], other["location"]["lat"])
        at = datetime.fromisoformat(other["received_at"])
        if away <= SAME_PLACE_M and at <= received and (received - at).days <= 366:
            found.append({"id": document["_id"], **{key: other[key] for key in _OPEN_KEYS}, "metres": round(away)})
    return sorted(found, key=lambda one: (one["received_at"], one["number"]), reverse=True)[:MOST]
