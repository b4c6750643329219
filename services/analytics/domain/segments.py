"""Which stretches of an incident are timed, and which event ends each.

Only events marked `first` count: the first police assignment of the incident to come that far. A stretch whose
beginning is not known (a crew that reported arrival without having acknowledged) is not counted at all.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from fengqiao.contracts.dispatch import (
    AssignmentAcknowledged,
    AssignmentAssigned,
    AssignmentCleared,
    AssignmentEvent,
    AssignmentOnScene,
)

SEGMENTS: Final = (
    "received_to_assigned",
    "assigned_to_acknowledged",
    "acknowledged_to_on_scene",
    "received_to_on_scene",
    "on_scene_to_cleared",
    "received_to_cleared",
)
_ENDED_BY: Final[dict[type[AssignmentEvent], tuple[str, ...]]] = {
    AssignmentAssigned: ("received_to_assigned",),
    AssignmentAcknowledged: ("assigned_to_acknowledged",),
    AssignmentOnScene: ("acknowledged_to_on_scene", "received_to_on_scene"),
    AssignmentCleared: ("on_scene_to_cleared", "received_to_cleared"),
}
_MARKS: Final[dict[str, tuple[str, str]]] = {
    segment: (f"{segment.partition('_to_')[0]}_at", f"{segment.partition('_to_')[2]}_at") for segment in SEGMENTS
}
_MILLISECOND: Final = timedelta(milliseconds=1)


def timed(event: AssignmentEvent) -> Iterator[tuple[str, int]]:
    """(segment, whole milliseconds) of each stretch that this event ends.

    An end before its beginning (two machines' clocks) counts as 0.
    """
    if not event.first:
        return
    for segment in _ENDED_BY.get(type(event), ()):
        begin, end = _MARKS[segment]
        began: datetime | None = getattr(event.times, begin)
        ended: datetime | None = getattr(event.times, end)
        if began is not None and ended is not None:
            yield segment, max(0, (ended - began) // _MILLISECOND)
