"""Ranking of stations and crews on each clock (A9), in the bulletin's buckets.

The worst is named, the unfinished are listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from services.analytics.domain.profile import Clock, Name, Profile
from services.analytics.domain.register import AWAITING, CLOSED, MISSING, OPEN
from services.analytics.domain.table import Mask, Table

BY: Final = ("station", "unit")
LEAST: Final = 3
"""With fewer incidents nobody is named as the worst."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many were done within so many seconds."""

    within_s: float
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Place:
    """rank: 1 is the best; equal ones share it. Seconds, exact."""

    rank: int
    key: str
    name: Name
    count: int
    mean_s: float
    median_s: float
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """unfinished: the incidents in which the clock has begun and not ended, though they ended or are still open."""

    clock: Clock
    places: tuple[Place, ...]
    worst: str | None
    unfinished: tuple[dict[str, Any], ...]
    unfinished_count: int


def rank(table: Table, profile: Profile, clock: Clock, by: str, most_unfinished: int = 100) -> Ranking | None:
    """By the share within the first bucket, then by the mean. None for crews where none of them ends the clock."""
    column = "station" if by == "station" else clock.by
    if column is None:
        return None
    valid = table.valid(profile.void)
    seconds = table.between(clock.begin, clock.end)
    known = valid & ~np.isnan(seconds)
    lines = []
    for place in np.unique(table[column][known]).tolist():
        key = table.words[place]
        if key:
            lines.append(_line(key, seconds[known & (table[column] == place)], clock, _name(by, key, profile)))
    lines.sort(key=lambda line: (-line.buckets[0].share, line.mean_s, line.key))
    ranked = tuple(_ranked(lines))
    enough = [line for line in ranked if line.count >= LEAST]
    open_ones = _unfinished(table, clock, valid & table.own())
    return Ranking(
        clock=clock,
        places=ranked,
        worst=enough[-1].key if len(enough) > 1 else None,
        unfinished=tuple(table.identities(open_ones)[:most_unfinished]),
        unfinished_count=int(open_ones.sum()),
    )


def _line(key: str, seconds: Any, clock: Clock, name: Name) -> Place:
    count = len(seconds)
    buckets = tuple(Bucket(limit, within := int((seconds <= limit).sum()), within / count) for limit in clock.buckets)
    ordered = np.sort(seconds)
    return Place(0, key, name, count, float(seconds.mean()), float(ordered[(count - 1) // 2]), buckets)


def _ranked(lines: list[Place]) -> list[Place]:
    found: list[Place] = []
    for number, line in enumerate(lines, start=1):
        before = found[-1] if found else None
        same = before is not None and (before.buckets[0].share, before.mean_s) == (line.buckets[0].share, line.mean_s)
        place = before.rank if before is not None and same else number
        found.append(Place(place, line.key, line.name, line.count, line.mean_s, line.median_s, line.buckets))
    return found


def _unfinished(table: Table, clock: Clock, valid: Mask) -> Mask:
    begun = valid if clock.begin is None else valid & (table[clock.begin] != MISSING)
    status = table["status"]
    waiting = (status == OPEN) | (status == AWAITING) | (status == CLOSED)
    mask: Mask = begun & waiting & (table[clock.end] == MISSING)
    return mask


def _name(by: str, key: str, profile: Profile) -> Name:
    names: Mapping[str, Name] = profile.stations if by == "station" else {}
    return names.get(key, Name(key, key))
