"""Reading area.json strictly: every complaint names the file, the line and the field."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time
from math import isfinite
from pathlib import Path
from typing import Any, Final

from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.json_file import wrong

LonLat = tuple[float, float]
Ring = tuple[LonLat, ...]

AREA_ID: Final = re.compile(r"[a-z][a-z0-9-]{0,30}\Z")
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}\Z")
_HOUR: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\Z")


@dataclass(frozen=True, slots=True)
class Reader:
    """One JSON object of the file, and the path to it, so that every complaint can name its field."""

    file: Path
    path: str
    value: Any

    def fail(self, key: str, problem: str) -> InvalidArea:
        return wrong(self.file, self._name(key), problem)

    def _name(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def only(self, *keys: str, optional: tuple[str, ...] = ()) -> None:
        if not isinstance(self.value, dict):
            raise self.fail("", "must be an object")
        for key in sorted(self.value.keys() - {*keys, *optional}):
            raise self.fail(key, f"is not known; known are {', '.join((*keys, *optional))}")
        for key in keys:
            if key not in self.value:
                raise self.fail(key, "is missing")

    def text(self, key: str) -> str:
        value = self.value[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fail(key, "must be a text that is not empty")
        return value

    def name(self, key: str, pattern: re.Pattern[str] = ID) -> str:
        value = self.text(key)
        if not pattern.match(value):
            raise self.fail(key, f"is {value!r}; an id has Latin letters, digits and hyphens, at most 32")
        return value

    def one_of(self, key: str, known: Iterable[str]) -> str:
        value, known = self.text(key), list(known)
        if value not in known:
            raise self.fail(key, f"is {value!r}, which is none of {', '.join(known)}")
        return value

    def number(self, key: str) -> int:
        value = self.value[key]
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.fail(key, "must be a whole number from 0")
        return value

    def real(self, key: str, least: float, most: float) -> float:
        value = self.value[key]
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            raise self.fail(key, f"must be a number from {least:g} to {most:g}")
        return float(value)

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """A list of different texts; `default` where the key is left out."""
        if default is not None and key not in self.value:
            return default
        items = self.value[key]
        if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
            raise self.fail(key, "must be a list of texts")
        if len(set(items)) != len(items):
            raise self.fail(key, "says something twice")
        return tuple(items)

    def hour(self, key: str) -> time:
        """A time of day, HH:MM."""
        match = _HOUR.match(self.text(key))
        if match is None:
            raise self.fail(key, "must be a time of day as HH:MM")
        return time(int(match[1]), int(match[2]))

    def object(self, key: str) -> Reader:
        return Reader(self.file, self._name(key), self.value[key])

    def place(self, key: str) -> LonLat:
        return self._lon_lat(key, self.value[key])

    def ring(self, key: str) -> Ring:
        points = self.value[key]
        if not isinstance(points, list) or len(points) < 4:
            raise self.fail(key, "must be a ring of at least four [lon, lat] pairs")
        ring = tuple(self._lon_lat(f"{key}[{n}]", point) for n, point in enumerate(points))
        if ring[0] != ring[-1]:
            raise self.fail(key, "must be closed: its last pair must equal its first")
        return ring

    def _lon_lat(self, key: str, pair: Any) -> LonLat:
        if (
            not isinstance(pair, list)
            or len(pair) != 2
            or not all(isinstance(n, int | float) and not isinstance(n, bool) and isfinite(n) for n in pair)
            or not (-180 <= pair[0] <= 180 and -90 <= pair[1] <= 90)
        ):
            raise self.fail(key, "must be [lon, lat] in degrees")
        return float(pair[0]), float(pair[1])

    def each(self, key: str) -> list[Reader]:
        items = self.value[key]
        if not isinstance(items, list) or not items:
            raise self.fail(key, "must be a list that is not empty")
        seen: set[object] = set()
        readers = [Reader(self.file, f"{self._name(key)}[{n}]", item) for n, item in enumerate(items)]
        for reader in readers:
            mark = reader.value.get("id") if isinstance(reader.value, dict) else None
            if isinstance(mark, str) and mark in seen:
                raise reader.fail("id", f"is {mark!r} a second time")
            seen.add(mark if isinstance(mark, str) else None)
        return readers
