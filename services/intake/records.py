"""The incident's document: one each, `_id` made from client and key.

client, external_id, fingerprint    who sent it, and what exactly
version                             counts what people changed: the ETag. Relaying and learning do not move it
area, source, category, priority, location, address, weapon, reported_at, received_at
categories                          the caller's (initial) and the desk's (original); what follows is dispatch's
level, tags, report_up, void        what the area's set says of it (domain/taking.py)
located_at                          when it was at `location`, where a source said that
callers, caller_count, words        personal; never leaves but by the report
first                               what was answered to the first post, once a change has made it untrue
done                                keys of changes that were made: {digest: fingerprint}
cancel                              the source's wish, {at, reason}
dispatch, dispatch_sequence         what became of it (domain/outcome.py), and the last event that said so
pending, events_through, unsent     what is still to be told (fengqiao/runtime/relay.py)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from fengqiao.contracts.ids import incident_id
from fengqiao.contracts.incidents import DuplicateCandidate
from fengqiao.contracts.model import Event
from fengqiao.runtime import telemetry
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.documents import Document
from fengqiao.runtime.relay import pending
from services.intake.domain import outcome
from services.intake.domain.drafts import IncidentDraft
from services.intake.domain.duplicates import Sighting
from services.intake.domain.ground import Ground
from services.intake.domain.taking import Taken

SOURCE: Final = "intake"
_ANSWERED: Final = ("category", "priority", "location", "address")


def id_of(known: Mapping[str, Any]) -> str:
    """The incident's id."""
    return incident_id(known["area"], known["_id"])


def new_incident(
    id: str,
    client: str,
    draft: IncidentDraft,
    fingerprint: str,
    taken: Taken,
    reported_at: datetime,
    received_at: datetime,
    possible_duplicates: Sequence[DuplicateCandidate],
) -> Document:
    caller = draft.caller
    return {
        "_id": id,
        "area": taken.area,
        "client": client,
        "external_id": draft.external_id,
        "fingerprint": fingerprint,
        "version": 1,
        "source": taken.source.source,
        "category": taken.category.model_dump(),
        "categories": {"initial": taken.initial.model_dump(), "original": taken.category.model_dump()},
        "level": taken.marks.level,
        "tags": list(taken.marks.tags),
        "report_up": list(taken.marks.report_up),
        "void": taken.marks.void,
        "priority": taken.priority,
        "location": taken.location.model_dump(exclude_none=True),
        "address": taken.address,
        "weapon": taken.weapon,
        "reported_at": reported_at,
        "received_at": received_at,
        "possible_duplicates": [one.model_dump() for one in possible_duplicates],
        "callers": [{"at": reported_at, "name": caller.name, "phone": caller.phone}] if caller is not None else [],
        "caller_count": 1,
        "words": [{"at": reported_at, "by": client, "text": draft.description}] if draft.description else [],
        "dispatch": {},
        "dispatch_sequence": 0,
        "events_through": 0,
    }


def telling(event: Event, stream: str, sequence: int, topic: str, ground: Ground, now: datetime) -> Document:
    """The event as it waits in a document for being published."""
    cloud = CloudEvent(event.TYPE, SOURCE, stream, sequence, now, event.wire(), telemetry.traceparent())
    return pending(cloud, topic, ground.area.id, ground.area.partition)


def first_answer(known: Mapping[str, Any]) -> dict[str, Any]:
    """What a change is about to make untrue of the first answer; kept so that a repeated post gets the same one."""
    return {field: known[field] for field in _ANSWERED}


def utc(instant: datetime) -> str:
    """RFC 3339 in UTC, whatever the driver made of the offset."""
    return f"{instant.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _place(known: Mapping[str, Any], address: str | None) -> dict[str, Any]:
    location = known["location"]
    return {
        "lon": location["lon"],
        "lat": location["lat"],
        "address": address,
        "name": location.get("name"),
        "station": location.get("station"),
        "community": location.get("community"),
        "grid_cell": location.get("grid_cell"),
        "zone": location.get("zone"),
        "confidence": location["confidence"],
    }


def accepted_answer(known: Mapping[str, Any], relay: str, *, replayed: bool) -> dict[str, Any]:
    """The answer to a post, the same every time but for `relay` and `replayed`."""
    first = known.get("first") or known
    return {
        "incident_id": id_of(known),
        "area": known["area"],
        "category": first["category"],
        "priority": first["priority"],
        "location": _place(first, first["address"]),
        "received_at": utc(known["received_at"]),
        "relay": relay,
        "possible_duplicates": known["possible_duplicates"],
        "replayed": replayed,
    }


def changed_answer(known: Mapping[str, Any], relay: str, *, replayed: bool) -> dict[str, Any]:
    """The answer to a change: where the incident stands after it. The address is the report's affair."""
    return {
        "incident_id": id_of(known),
        "area": known["area"],
        "version": known["version"],
        "category": known["category"],
        "priority": known["priority"],
        "location": _place(known, None),
        "caller_count": known["caller_count"],
        "cancel_reason": (known.get("cancel") or {}).get("reason"),
        "relay": relay,
        "replayed": replayed,
    }


def view(known: Mapping[str, Any], ground: Ground | None) -> dict[str, Any]:
    """What became of it: no word, name or address."""
    learnt = known["dispatch"]
    received = known["received_at"]
    offset = None if ground is None else received.astimezone(ground.area.tz).strftime("%z")
    return {
        "incident_id": id_of(known),
        "external_id": known["external_id"],
        "area": known["area"],
        "number": learnt.get("number"),
        "status": outcome.status(learnt),
        "source": known["source"],
        "category": known["category"],
        "categories": _categories(known),
        "level": known.get("level"),
        "tags": known.get("tags", []),
        "report_up": known.get("report_up", []),
        "void": known.get("void", False),
        "priority": known["priority"],
        "weapon": known["weapon"],
        "location": _place(known, None),
        "caller_count": known["caller_count"],
        "reported_at": utc(known["reported_at"]),
        "received_at": utc(received),
        "utc_offset": None if offset is None else f"{offset[:3]}:{offset[3:]}",
        "ended_at": utc(learnt["ended_at"]) if learnt.get("ended_at") else None,
        "disposition": learnt.get("disposition"),
        "merged_into": learnt.get("merged_into"),
        "units": [_unit(learnt["units"][n]) for n in sorted(learnt.get("units", {}), key=int)],
        "cancel_reason": (known.get("cancel") or {}).get("reason"),
        "possible_duplicates": known["possible_duplicates"],
        "version": known["version"],
        "relay": "pending" if known.get("unsent") else "done",
    }


def _categories(known: Mapping[str, Any]) -> dict[str, Any]:
    """The four versions; a record from before they were kept has its one category twice."""
    own = known.get("categories") or {"initial": known["category"], "original": known["category"]}
    return {**own, "confirmed": known["dispatch"].get("confirmed"), "corrected": known["dispatch"].get("corrected")}


def _unit(one: Mapping[str, Any]) -> dict[str, Any]:
    return {key: utc(value) if isinstance(value, datetime) else value for key, value in one.items()}


def sighting(known: Mapping[str, Any]) -> Sighting:
    """What the comparison with other calls needs."""
    location = known["location"]
    return Sighting(
        id_of(known),
        known["area"],
        known["category"]["code"],
        location["lon"],
        location["lat"],
        location["confidence"],
        known["reported_at"].timestamp(),
        known["received_at"].timestamp(),
    )
