"""The calls of a city: when, about what, where. Pure: the same ground, seed and beginning give the same calls."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Final

from fengqiao.geo.gazetteer import Place
from simulation.city.ground import Ground
from simulation.city.mix import NIGHT_HOURS, category
from simulation.city.profile import moments

BY_DAY: Final[Mapping[str, float]] = {
    "compound": 3.0, "street": 1.0, "market": 20.0, "mall": 12.0, "school": 1.5, "station": 12.0, "hospital": 8.0,
    "government": 1.0, "park": 3.0, "restaurant": 4.0, "shop": 12.0, "hotel": 2.0,
}  # fmt: skip
BY_NIGHT: Final[Mapping[str, float]] = {
    "compound": 3.0, "street": 1.5, "market": 15.0, "mall": 4.0, "station": 6.0, "hospital": 5.0, "park": 3.0,
    "restaurant": 40.0, "shop": 3.0, "hotel": 10.0,
}  # fmt: skip
"""How often calls come from a place of a kind, beside one from a compound of homes (3): people live in compounds, so
the cells with more of them call more. A road is no place, and a community is too large for one."""
NAMED_SHARE: Final = 0.3
"""Callers who only name the place; the others are located by their telephones."""
SPREAD: Final = 0.0004
"""Degrees around the place within which located callers stand: some 40 m."""


@dataclass(frozen=True, slots=True)
class Call:
    """number: counts the city's calls from 1. at: UTC. lon, lat: WGS-84, or None where only the address is said."""

    number: int
    at: datetime
    category: str
    """An alias of the area's set."""
    address: str
    lon: float | None
    lat: float | None


def calls(ground: Ground, seed: int, begin: datetime, per_hour: float) -> Iterator[Call]:
    """The calls from `begin` on, for ever. per_hour: in the mean hour of the day."""
    random = Random(f"{seed}-calls")
    zone = ground.area.tz
    known = [alias for alias in ground.matters if not alias.isdigit()]
    by_hour = {night: weighted(ground.places, BY_NIGHT if night else BY_DAY) for night in (False, True)}
    for number, at in enumerate(moments(random, begin, per_hour, zone), 1):
        hour = at.astimezone(zone).hour
        places, weights = by_hour[hour in NIGHT_HOURS]
        about = category(random, hour, known)
        place = random.choices(places, weights)[0]
        east, north = ((random.random() - 0.5) * 2 * SPREAD for _ in range(2))
        lon, lat = round(place.lon + east, 6), round(place.lat + north, 6)
        if not ground.inside(lon, lat):
            lon, lat = place.lon, place.lat
        if random.random() < NAMED_SHARE:
            yield Call(number, at, about, place.name_zh, None, None)
        else:
            yield Call(number, at, about, place.name_zh, lon, lat)


def weighted(places: tuple[Place, ...], by_kind: Mapping[str, float]) -> tuple[list[Place], list[float]]:
    """The places from which calls come, each with its weight."""
    chosen = [place for place in places if place.kind in by_kind]
    return chosen, [by_kind[place.kind] for place in chosen]
