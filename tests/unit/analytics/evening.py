"""Builds what dispatch says of incidents, for tests that count it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fengqiao.contracts import dispatch as said
from fengqiao.contracts import ids
from fengqiao.contracts.feedback import FeedbackCounts, FeedbackForm, FeedbackLosses
from fengqiao.contracts.model import Category, Location
from fengqiao.contracts.ordered import IncidentCategorised, IncidentFeedbackGiven
from fengqiao.contracts.plans import Clocks
from fengqiao.runtime.cloudevents import CloudEvent
from services.analytics.domain.folding import AreaRules, Folded, Record, advanced, fold
from services.analytics.domain.register import Register
from services.analytics.domain.rollups import Address, Rollup
from services.analytics.domain.streams import Stream
from services.analytics.domain.targets import Targets
from services.analytics.replay import FreshSet

NIGHT = datetime(2024, 10, 30, 14, 23, tzinfo=UTC)
"""22:23 in Changsha."""
RULES = AreaRules("gaoqiao", ZoneInfo("Asia/Shanghai"), 0, Targets())

_STEPS: dict[str, type[said.AssignmentEvent]] = {
    "assigned": said.AssignmentAssigned,
    "acknowledged": said.AssignmentAcknowledged,
    "en_route": said.AssignmentEnRoute,
    "on_scene": said.AssignmentOnScene,
    "cleared": said.AssignmentCleared,
}


def marks_of(
    key: str,
    received: datetime,
    code: str = "020301",
    priority: int = 2,
    station: str | None = "gaoqiao-station",
    cell: str | None = "G07",
    lon: float = 113.01,
    lat: float = 28.19,
    place: str | None = None,
) -> dict[str, Any]:
    """What every event about the incident `key` says."""
    return {
        "area": "gaoqiao",
        "at": received,
        "incident_id": ids.incident_id("gaoqiao", ids.digest("110", key)),
        "number": "1042",
        "category": category(code),
        "priority": priority,
        "location": Location(lon=lon, lat=lat, name=place, station=station, grid_cell=cell),
        "source": "110",
    }


def category(code: str) -> Category:
    return Category(code=code, name_zh="殴打", name_en="Brawl", version="default-2024-1")


def opened(key: str, *, received: datetime = NIGHT, **marks: Any) -> said.IncidentOpened:
    return said.IncidentOpened(
        **marks_of(key, received, **marks),
        reported_at=received,
        received_at=received,
        plan="brawl",
        wanted=(),
        caller_count=1,
    )


def closed(
    key: str, disposition: str, *, received: datetime = NIGHT, clocks: Clocks | None = None, **marks: Any
) -> said.IncidentClosed:
    return said.IncidentClosed(
        **marks_of(key, received, **marks),
        reported_at=received,
        received_at=received,
        disposition=disposition,
        clocks=clocks,
    )


def cancelled(key: str, *, received: datetime = NIGHT, **marks: Any) -> said.IncidentCancelledByDispatch:
    return said.IncidentCancelledByDispatch(**marks_of(key, received, **marks), why="taken back")


def categorised(key: str, version: Any, to: str, *, received: datetime = NIGHT, **marks: Any) -> IncidentCategorised:
    return IncidentCategorised(**marks_of(key, received, **marks | {"code": to}), version=version, set_to=category(to))


def feedback(
    key: str,
    *,
    received: datetime = NIGHT,
    kind: Any = "final",
    counts: FeedbackCounts | None = None,
    lost_yuan: float | None = None,
    recovered_yuan: float | None = None,
    prevented_yuan: float | None = None,
    **marks: Any,
) -> IncidentFeedbackGiven:
    losses = FeedbackLosses(lost_yuan=lost_yuan, recovered_yuan=recovered_yuan, prevented_yuan=prevented_yuan)
    form = FeedbackForm(kind=kind, counts=counts or FeedbackCounts(), losses=losses)
    return IncidentFeedbackGiven(**marks_of(key, received, **marks), form=form)


def step(
    name: str,
    key: str = "S1",
    *,
    received: datetime = NIGHT,
    unit: str = "YY",
    first: bool = True,
    code: str = "020301",
    priority: int = 2,
    station: str | None = "gaoqiao-station",
    cell: str | None = "G07",
    **seconds: float,
) -> said.AssignmentEvent:
    """One step of an assignment; `seconds` after the call was received, by step (`assigned=20, acknowledged=50`)."""
    incident = ids.incident_id("gaoqiao", ids.digest("110", key))
    times = {f"{mark}_at": received + timedelta(seconds=after) for mark, after in seconds.items()}
    more: dict[str, Any] = {}
    if name == "assigned":
        more["reason"] = said.Reason(rule="nearest", travel_seconds=60)
    if name == "cleared":
        more["disposition"] = "劝离"
    return _STEPS[name](
        area="gaoqiao",
        at=times.get(f"{name}_at", received),
        incident_id=incident,
        number="1042",
        category=Category(code=code, name_zh="殴打", name_en="Brawl", version="default-2024-1"),
        priority=priority,
        location=Location(lon=113.01, lat=28.19, station=station, grid_cell=cell),
        source="110",
        assignment_id=ids.assignment_id(incident, 1),
        unit=unit,
        unit_kind="post",
        role="primary",
        police=True,
        times=said.Times(reported_at=received, received_at=received, **times),
        first=first,
        **more,
    )


def life(key: str, after: Sequence[float], **marks: Any) -> list[said.DispatchEvent]:
    """Assigned, acknowledged, on scene, cleared: each so many seconds after the call was received."""
    names = ("assigned", "acknowledged", "on_scene", "cleared")
    times: dict[str, Any] = dict(zip(names, after, strict=False))
    return [
        step(name, key, **marks, **{mark: times[mark] for mark in names[: place + 1]})
        for place, name in enumerate(times)
    ]


def on_duty(unit: str, shift: str | None) -> said.UnitOnDuty:
    return said.UnitOnDuty(area="gaoqiao", at=NIGHT, unit=unit, unit_kind="post", shift=shift)


def off_duty(unit: str) -> said.UnitOffDuty:
    return said.UnitOffDuty(area="gaoqiao", at=NIGHT, unit=unit, unit_kind="post")


def cloud_event(event: said.DispatchEvent, sequence: int) -> CloudEvent:
    """As dispatch publishes it."""
    return CloudEvent(event.TYPE, "dispatch", event.area, sequence, event.at, event.wire())


def log_of(events: Sequence[tuple[int, said.DispatchEvent]], start: int = 0) -> list[Record]:
    """The log that holds these (sequence, event) one after the other."""
    return [
        Record("dispatch", event.area, 0, start + place, sequence, event.at, event)
        for place, (sequence, event) in enumerate(events)
    ]


def numbered(events: Sequence[said.DispatchEvent]) -> list[tuple[int, said.DispatchEvent]]:
    """In a stream of their own: 1, 2, 3 …"""
    return list(enumerate(events, start=1))


def folded_whole(log: Sequence[Record], rules: AreaRules = RULES) -> tuple[dict[Address, Rollup], dict[str, Stream]]:
    """The documents of a log that is folded at once."""
    folded: Folded = fold(log, {}, {rules.area: rules})
    return advanced({}, folded, {rules.area: rules}), folded.streams


def registered_whole(log: Sequence[Record], rules: AreaRules = RULES) -> dict[str, Register]:
    """The registers of a log that is folded at once, by id."""
    fresh = FreshSet({rules.area: rules})
    fresh.take(list(log))
    return fresh.registers
