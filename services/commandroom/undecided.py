"""Incidents that intake has accepted and dispatch has not decided: after ten real seconds, an alarm (C1, C3)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

FORGET: Final = 20 * 3600.0
"""Real seconds. Of an older report, the state and its tombstone may have left the compacted topic: it was decided."""
ABOUT: Final = ("priority", "category", "location")


@dataclass
class Undecided:
    area: str
    received_at: str
    heard: float
    """Monotonic seconds when it was heard here."""
    about: Mapping[str, Any]
    """What the alarm says of it besides: priority, category, location."""
    alarmed: bool = False


class UndecidedWatch:
    """limit: real seconds."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._waiting: dict[str, Undecided] = {}

    def accepted(self, report: Mapping[str, Any], area: str, age: float, now: float) -> None:
        """report: the data of `incident.reported`. age: real seconds since Kafka recorded it (it may be an old one,
        read at the start)."""
        if age > FORGET:
            return
        about = {name: report[name] for name in ABOUT if name in report}
        kept = Undecided(area, str(report.get("received_at", "")), now - age, about)
        self._waiting.setdefault(report["incident_id"], kept)

    def decided(self, incident: str) -> dict[str, Any] | None:
        """It is on dispatch's board; the alarm that this ends, if one was raised."""
        waiting = self._waiting.pop(incident, None)
        return _alarm(incident, waiting) if waiting is not None and waiting.alarmed else None

    def due(self, now: float, known: Callable[[str, str], bool]) -> Iterator[dict[str, Any]]:
        """Alarms that begin now. known: whether (area, incident) is on the board all the same."""
        for incident, waiting in list(self._waiting.items()):
            if known(waiting.area, incident):
                del self._waiting[incident]
            elif not waiting.alarmed and now - waiting.heard >= self._limit:
                waiting.alarmed = True
                yield _alarm(incident, waiting)

    def clear(self) -> None:
        """Wait for nothing."""
        self._waiting.clear()

    def alarms(self) -> list[dict[str, Any]]:
        """Those that last."""
        return [_alarm(incident, waiting) for incident, waiting in self._waiting.items() if waiting.alarmed]


def _alarm(incident: str, waiting: Undecided) -> dict[str, Any]:
    return {"incident_id": incident, "area": waiting.area, "received_at": waiting.received_at, **waiting.about}
