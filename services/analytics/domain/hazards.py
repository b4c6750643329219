"""Hazards 隐患 as their log tells them: found, ordered to be put right, checked, closed (A6, A7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fengqiao.contracts import hazards as told
from services.analytics.domain.dossiers import coarse, instant, read_stream_fields, stream_fields, text
from services.analytics.domain.streams import Stream


@dataclass(slots=True)
class Hazard:
    """Changed in place while a batch is folded. due_at: until when it has to be put right; UTC."""

    id: str
    area: str
    stream: Stream
    kind: str = ""
    grid_cell: str | None = None
    found_at: datetime | None = None
    ordered_at: datetime | None = None
    due_at: datetime | None = None
    overdue: bool = False
    checked: int = 0
    rectified: bool = False
    closed_at: datetime | None = None
    forgotten: bool = False

    def take(self, event: told.HazardEvent) -> None:
        self.kind, self.grid_cell, self.found_at = event.kind, event.grid_cell, event.found_at
        match event:
            case told.HazardOrdered():
                self.ordered_at, self.due_at = self.ordered_at or event.at, event.due_at
            case told.HazardOverdue():
                self.overdue = True
            case told.HazardChecked():
                self.checked += 1
                self.rectified = event.rectified
            case told.HazardClosed():
                self.closed_at = event.at
            case told.HazardForgotten():
                self.forgotten = True
            case _:
                pass
        if self.forgotten:
            self.found_at, self.ordered_at = coarse(self.found_at), coarse(self.ordered_at)
            self.due_at, self.closed_at = coarse(self.due_at), coarse(self.closed_at)

    def document(self) -> dict[str, Any]:
        return {
            "_id": self.id,
            "area": self.area,
            **stream_fields(self.stream),
            "kind": self.kind,
            "grid_cell": self.grid_cell,
            "overdue": self.overdue,
            "checked": self.checked,
            "rectified": self.rectified,
            "forgotten": self.forgotten,
            **{name: text(getattr(self, name)) for name in _INSTANTS},
        }


_INSTANTS: Final = ("found_at", "ordered_at", "due_at", "closed_at")


def read_hazard(document: Mapping[str, Any]) -> Hazard:
    """From what `Hazard.document` gave."""
    return Hazard(
        id=document["_id"],
        area=document["area"],
        stream=read_stream_fields(document),
        kind=document["kind"],
        grid_cell=document["grid_cell"],
        overdue=document["overdue"],
        checked=document["checked"],
        rectified=document["rectified"],
        forgotten=document["forgotten"],
        **{name: instant(document[name]) for name in _INSTANTS},
    )


@dataclass(frozen=True, slots=True)
class HazardCounts:
    """Of the hazards found in a range. carried_out: of those ordered to be put right, the closed ones; late: those that
    fell overdue before."""

    found: int = 0
    closed: int = 0
    ordered: int = 0
    carried_out: int = 0
    late: int = 0


NO_HAZARDS: Final = HazardCounts()


def count_hazards(hazards: Iterable[Hazard]) -> HazardCounts:
    some = list(hazards)
    ordered = [one for one in some if one.ordered_at is not None]
    return HazardCounts(
        found=len(some),
        closed=sum(one.closed_at is not None for one in some),
        ordered=len(ordered),
        carried_out=sum(one.closed_at is not None for one in ordered),
        late=sum(one.overdue for one in ordered),
    )


def overdue_hazards(hazards: Iterable[Hazard], now: datetime) -> list[Hazard]:
    """Those ordered to be put right whose day has passed, the longest wait first."""
    late = [one for one in hazards if one.closed_at is None and one.due_at is not None and one.due_at < now]
    return sorted(late, key=lambda one: (one.due_at or now, one.id))
