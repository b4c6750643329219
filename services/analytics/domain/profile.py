"""What an area's folder says of what is counted, compared, ranked, watched and reported: data, with names to show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Final, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Name:
    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Group:
    """Categories that a report names together. prefixes: of codes."""

    id: str
    name: Name
    prefixes: tuple[str, ...]

    def has(self, code: str) -> bool:
        return code.startswith(self.prefixes)


@dataclass(frozen=True, slots=True)
class Clock:
    """A stretch between two marks of the register that stations and crews are ranked on. by: the column of the crew
    that ends it, None where no crew does. buckets: seconds, rising. begin None: from when the incident was received.
    """

    id: str
    name: Name
    begin: str | None
    end: str
    by: str | None
    buckets: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid cell of the ground. at: (lon, lat) of its middle."""

    id: str
    name: Name
    station: str
    at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class StandbyPoint:
    id: str
    name: Name
    at: tuple[float, float]
    cell: str


@dataclass(frozen=True, slots=True)
class Band:
    """Hours of the local day, minutes from midnight; end is not after begin where it goes over midnight.
    squads: how many units stand by is not ours to say, only in which groups they are spread out."""

    id: str
    name: Name
    begin: int
    end: int

    def holds(self, minute: int) -> bool:
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end


@dataclass(frozen=True, slots=True)
class Watching:
    """Of early warning. weekly_false_alarms: with what chance a week in which nothing is unusual has a warning of one
    kind; it is shared out over the kind's looks and tests. Days."""

    weekly_false_alarms: float = 0.05
    history_days: int = 364
    least_history_days: int = 56
    rising_days: int = 7
    repeat_days: int = 28
    repeat_least: int = 3


@dataclass(frozen=True, slots=True)
class Scheduled:
    """When a kind of bulletin is due: local time, on an ISO weekday or every day."""

    kind: "BulletinKind"
    at: time
    weekday: int | None = None


BulletinKind = Literal["daily", "friday", "monday"]
BULLETIN_KINDS: Final[tuple[BulletinKind, ...]] = ("daily", "friday", "monday")
SCHEDULE: Final = (
    Scheduled("daily", time(8)),
    Scheduled("friday", time(17), 5),
    Scheduled("monday", time(9), 1),
)
"""每日严格检查、每周五汇总、每周一通报 of the Yujin report."""
CLOCKS: Final = (
    Clock("answer", Name("接警", "Answered"), "reached", "answered", None, (10, 15, 20, 60)),
    Clock("intake", Name("接警录入", "Intake done"), "answered", "intake", None, (30, 60, 90, 120)),
    Clock("dispatch", Name("派警", "Dispatched"), None, "assigned", None, (30, 60, 90, 120)),
    Clock(
        "terminal", Name("终端接收", "Received by the terminal"), "assigned", "terminal", "assigned_by", (5, 10, 30, 60)
    ),
    Clock("sign", Name("签收", "Signed"), "assigned", "acknowledged", "signed_by", (30, 60, 120, 180)),
    Clock("turn_out", Name("出警", "Turned out"), "assigned", "en_route", "departed_by", (300, 600, 900, 1800)),
    Clock("arrive", Name("到场", "Arrived"), None, "on_scene", "arrived_by", (180, 300, 600, 900)),
    Clock("handle", Name("现场处置", "Scene done"), "on_scene", "cleared", "cleared_by", (300, 900, 1800, 3600)),
    Clock("feedback", Name("反馈", "Feedback"), "cleared", "feedback", "cleared_by", (1800, 3600, 7200, 14400)),
)
"""The ten clocks of the ministry's record, with the buckets of bulletins in use (`docs/glossary.md`)."""


GOALS: Final = {"assigned_to_acknowledged": 0.9, "received_to_on_scene": 0.9}


@dataclass(frozen=True, slots=True)
class Profile:
    """Of one area. categories: code → name; void: codes outside 有效警情."""

    area: str
    name: Name
    categories: Mapping[str, Name]
    void: frozenset[str]
    groups: tuple[Group, ...]
    fraud: tuple[str, ...]
    vehicle_theft: tuple[str, ...]
    leads: tuple[str, ...]
    """Categories whose incidents are leads 线索: tip-offs, and warnings of partners and trackers."""
    on_scene_results: frozenset[str]
    """Results that end an incident on the scene 现场处置."""
    exempt_results: frozenset[str]
    """Results that need no form."""
    stations: Mapping[str, Name]
    cells: tuple[Cell, ...]
    points: tuple[StandbyPoint, ...] = ()
    bands: tuple[Band, ...] = ()
    clocks: tuple[Clock, ...] = CLOCKS
    watching: Watching = Watching()
    schedule: tuple[Scheduled, ...] = SCHEDULE
    stage_days: Mapping[str, int] = field(default_factory=dict)
    """In how many days a mediation case should leave each stage."""
    goals: Mapping[str, float] = field(default_factory=lambda: dict(GOALS))
    """Segment of the response times → the share within its target that a day should have."""
    reviewed_share: float = 0.05
    """Of the closed incidents, how many are drawn for the review of their records."""

    def category_name(self, code: str) -> Name:
        """Of the code, or of the nearest parent that has one; the code itself where none has."""
        for length in range(len(code), 1, -2):
            found = self.categories.get(code[:length])
            if found is not None:
                return found
        return Name(code, code)
