"""The places of one area by name: what an address without coordinates most likely means, and how surely.

Confidence is an estimate of the chance that the answer lies within 250 m of what was meant; a rule, not a
promise, and never 1 for anything but a whole name that matches exactly and only once.

`search` (a person types a name)
    1.00  the whole name, Chinese or English       0.95  a whole alias
    0.50 + 0.40 × share of the name that was typed, where the text stands inside the name
    0.80  the whole name in pinyin                 0.60  its initials
    0.70 × Dice coefficient of character pairs otherwise, dropped below 0.25

`best` (an address as it was spoken): the names that stand in it, longest first and never inside another;
of these the most exact kind, and among equals the last, because Chinese addresses go from large to small
    0.90  a thing with a door (market, compound, school, police post, …)
    0.80  a street or lane                         0.50  a community
    0.30  a road that runs through the whole area: a name, but hardly a place
    −0.05 found by an alias                        +0.05 the address also names the community it lies in
    × 0.5 the address names another community      ÷ n   n places of that name over 250 m apart remain
    1.00  the address is the name and nothing more, and only one place bears it
    fuzzy 0.50 × share of the name's character pairs in the address, dropped below 0.6 of them
"""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from fengqiao.geo.areas import Area, AreaIndex, Location
from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.errors import InvalidArea

COLUMNS: Final = ("name_zh", "name_en", "aliases", "kind", "lon", "lat")
SAME_PLACE_M: Final = 250.0
_FIRMNESS: Final = {"road": 0.30, "community": 0.50, "street": 0.80}
_DOOR: Final = 0.90
_DROP: Final = str.maketrans("", "", " \t\r\n·・,，.。、;；:：'\"“”‘’()（）-—_/")


@dataclass(frozen=True, slots=True)
class Place:
    """One row of places.csv. `grid_cell` and `community` are looked up, not written there."""

    name_zh: str
    name_en: str
    aliases: tuple[str, ...]
    kind: str
    lon: float
    lat: float
    grid_cell: str
    community: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A place found: WGS-84 degrees, confidence 0 … 1 (the rule is in the module's docstring)."""

    name: str
    lon: float
    lat: float
    grid_cell: str
    confidence: float
    kind: str = ""
    name_en: str = ""


def load_gazetteer(folder: Path, area: Area) -> Gazetteer:
    """The gazetteer of an area's folder (its places.csv). Raises InvalidArea."""
    return Gazetteer(load_places(folder, area))


def load_places(folder: Path, area: Area) -> list[Place]:
    """The places of places.csv, each with the grid cell it lies in. Raises InvalidArea with file and line."""
    file = folder / "places.csv"
    locate = AreaIndex({area.id: area}).locate
    try:
        with file.open(encoding="utf-8", newline="") as text:
            rows = csv.reader(text)
            head = next(rows, [])
            if tuple(head) != COLUMNS:
                raise InvalidArea(file, "", f"must read {','.join(COLUMNS)}", 1)
            return [_place(file, number, row, locate) for number, row in enumerate(rows, 2)]
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArea(file, "", f"cannot be read as UTF-8: {error}") from error


def _place(file: Path, line: int, row: Sequence[str], locate: Callable[[float, float], Location | None]) -> Place:
    if len(row) != len(COLUMNS):
        raise InvalidArea(file, "", f"has {len(row)} columns instead of {len(COLUMNS)}", line)
    name_zh, name_en, aliases, kind, lon, lat = row
    if not name_zh or not name_en or not kind:
        raise InvalidArea(file, "", "lacks name_zh, name_en or kind", line)
    try:
        x, y = float(lon), float(lat)
    except ValueError as error:
        raise InvalidArea(file, "", f"has no number in lon or lat ({lon!r}, {lat!r})", line) from error
    where = locate(x, y)
    if where is None:
        raise InvalidArea(file, "", "lies outside every grid cell of the area", line, name_zh)
    parts = tuple(part for part in aliases.split(";") if part)
    return Place(name_zh, name_en, parts, kind, x, y, where.grid_cell, where.community)


def fold(text: str) -> str:
    """`text` as names are compared: full-width folded (NFKC), lower case, without spaces and punctuation."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_DROP)


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)} or {text}


class Gazetteer:
    """Names of one area, indexed once. Immutable after construction; safe to share between threads."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places = list(places)
        self._names: dict[str, list[int]] = {}
        self._aliases: dict[str, list[int]] = {}
        self._by_pair: dict[str, list[int]] = {}
        self._folded: list[str] = []
        self._pair_count: list[int] = []
        for n, place in enumerate(self._places):
            folded = fold(place.name_zh)
            self._folded.append(folded)
            for name in {folded, fold(place.name_en)}:
                self._names.setdefault(name, []).append(n)
            for alias in {fold(alias) for alias in place.aliases} - {folded}:
                self._aliases.setdefault(alias, []).append(n)
            pairs = _pairs(folded)
            self._pair_count.append(len(pairs))
            for pair in pairs:
                self._by_pair.setdefault(pair, []).append(n)
        # One character is never enough to recognise a place inside an address.
        self._lengths = sorted({len(name) for name in (*self._names, *self._aliases) if len(name) > 1}, reverse=True)

    def __len__(self) -> int:
        return len(self._places)

    def search(self, query: str, limit: int = 10) -> list[Hit]:
        """At most `limit` places for what a person typed, surest first; equals in the order of the file."""
        text = fold(query)[:100]
        if not text:
            return []
        scores: dict[int, float] = {}

        def offer(n: int, score: float) -> None:
            if score > scores.get(n, 0.0):
                scores[n] = score

        for n in self._names.get(text, ()):
            offer(n, 1.0 / len(self._names[text]))
        for n in self._aliases.get(text, ()):
            offer(n, 0.95 / len(self._aliases[text]))
        pairs = _pairs(text)
        shared = Counter(n for pair in pairs for n in self._by_pair.get(pair, ()))
        for n, count in shared.items():
            name = self._folded[n]
            if text in name:
                offer(n, 0.5 + 0.4 * len(text) / len(name))
            else:
                dice = 2 * count / (len(pairs) + self._pair_count[n])
                if 0.7 * dice >= 0.25:
                    offer(n, 0.7 * dice)
        if len(text) == 1:
            for n, name in enumerate(self._folded):
                if text in name:
                    offer(n, 0.5 + 0.4 / len(name))
        if text.isascii():
            full, initials = self._pinyin
            for n in full.get(text, ()):
                offer(n, 0.8 / len(full[text]))
            for n in initials.get(text, ()):
                offer(n, 0.6 / len(initials[text]))
        ranked = sorted(scores, key=lambda n: (-scores[n], n))[:limit]
        return [self._hit(n, scores[n]) for n in ranked]

    def best(self, address: str) -> Hit | None:
        """The one place an address most likely means, or None where it names nothing that is known."""
        text = fold(address)[:200]
        if not text:
            return None
        whole = self._names.get(text)
        if whole is not None and len(whole) == 1:
            return self._hit(whole[0], 1.0)
        found = self._names_inside(text)
        if not found:
            return self._resembling(text)
        # max() keeps the first of equals; reversed, that is the last in the address.
        name, by_alias = max(reversed(found), key=lambda item: self._firmness(item[0], item[1]))
        rows = (self._aliases if by_alias else self._names)[name]
        communities = {
            self._places[n].community
            for other, alias in found
            for n in (self._aliases if alias else self._names)[other]
            if self._places[n].kind == "community"
        }
        inside = [n for n in rows if self._places[n].community in communities]
        choice = inside or rows
        chosen = self._places[choice[0]]
        confidence = _FIRMNESS.get(chosen.kind, _DOOR) - (0.05 if by_alias else 0.0)
        if communities and chosen.kind != "community":
            confidence = confidence + 0.05 if inside else confidence * 0.5
        apart = sum(1 for n in choice if n == choice[0] or _metres(chosen, self._places[n]) > SAME_PLACE_M)
        return self._hit(choice[0], confidence / apart)

    def _names_inside(self, text: str) -> list[tuple[str, bool]]:
        """(name, found by alias) of the known names in `text`, left to right; none lies in another."""
        found: list[tuple[str, bool]] = []
        start = 0
        while start < len(text):
            for length in self._lengths:
                part = text[start : start + length]
                if len(part) == length and (part in self._names or part in self._aliases):
                    found.append((part, part not in self._names))
                    start += length - 1
                    break
            start += 1
        return found

    def _firmness(self, name: str, by_alias: bool) -> float:
        rows = (self._aliases if by_alias else self._names)[name]
        return max(_FIRMNESS.get(self._places[n].kind, _DOOR) for n in rows)

    def _resembling(self, text: str) -> Hit | None:
        shared = Counter(n for pair in _pairs(text) for n in self._by_pair.get(pair, ()))
        if not shared:
            return None
        n = min(shared, key=lambda n: (-shared[n] / self._pair_count[n], -self._pair_count[n], n))
        share = shared[n] / self._pair_count[n]
        return self._hit(n, 0.5 * share) if share >= 0.6 and self._pair_count[n] > 1 else None

    def _hit(self, n: int, confidence: float) -> Hit:
        place = self._places[n]
        return Hit(
            place.name_zh,
            place.lon,
            place.lat,
            place.grid_cell,
            round(confidence, 3),
            place.kind,
            place.name_en,
        )

    @cached_property
    def _pinyin(self) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
        """Rows by full pinyin and by initials."""
        # Imported here: its dictionaries take longer to load than everything else in this package.
        from pypinyin import lazy_pinyin

        full: dict[str, list[int]] = {}
        initials: dict[str, list[int]] = {}
        for n, place in enumerate(self._places):
            syllables = lazy_pinyin(place.name_zh)
            full.setdefault("".join(syllables).casefold(), []).append(n)
            initials.setdefault("".join(s[0] for s in syllables).casefold(), []).append(n)
        return full, initials


def _metres(one: Place, other: Place) -> float:
    return haversine_metres(one.lon, one.lat, other.lon, other.lat)
