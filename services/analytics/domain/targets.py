"""Within how many seconds each segment should end: data per area, segment, priority and the day it came into force.

An observation is held against the target of its own day when it is folded, so a share within target is an exact
count; a new target with a day in `since` leaves the days before it as they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

PRIORITIES: Final = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Target:
    """seconds: None where there is no target (any more). priorities: whom it is for. since: a local day."""

    segment: str
    seconds: float | None
    priorities: tuple[int, ...] = PRIORITIES
    since: date = date.min


DEFAULT_TARGETS: Final = (
    Target("assigned_to_acknowledged", 60),
    Target("received_to_on_scene", 180),
    Target("received_to_cleared", 300),
)
"""1-3-5 of the Dongcheng report: answered within 1 minute, on the scene within 3, handled within 5."""


class Targets:
    """The targets of one area. Where several fit, the one with the latest `since` holds; of those, the last."""

    def __init__(self, rows: Sequence[Target] = DEFAULT_TARGETS) -> None:
        self._rows: Mapping[tuple[str, int], Sequence[tuple[date, int | None]]] = {
            (segment, priority): [
                (row.since, None if row.seconds is None else round(row.seconds * 1000))
                # sorted is stable, so of two with the same day the later in the file comes later here
                for row in sorted(rows, key=lambda row: row.since)
                if row.segment == segment and priority in row.priorities
            ]
            for segment in {row.segment for row in rows}
            for priority in PRIORITIES
        }

    def milliseconds(self, segment: str, priority: int, day: date) -> int | None:
        """The target that held on the local `day`, None where there was none."""
        found = None
        for since, limit in self._rows.get((segment, priority), ()):
            if since > day:
                break
            found = limit
        return found
