"""What is near a scene (D9), as the area's folder says: cameras, posts, hazards, warnings. In memory, by squares.

Near is CAMERAS_M, POSTS_M, HAZARDS_M and WARNINGS_M metres in a straight line. A warning is shown until it expires, and
says who vouches for it. `surroundings.json` may be left out.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from math import cos, floor, radians
from pathlib import Path
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import AwareDatetime, Field

from fengqiao.geo.areas import Area, AreaIndex
from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.json_file import Row, each_once, read, wrong

CAMERAS_M: Final = 200.0
POSTS_M: Final = 1000.0
HAZARDS_M: Final = 150.0
WARNINGS_M: Final = 60.0
MOST_OF_EACH: Final = 20
_SQUARE: Final = 0.002
"""Degrees: about 200 m."""
_METRES: Final = 111_195.0


class _Thing(Row):
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    at: tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]


class Camera(_Thing):
    name_zh: str
    name_en: str


class Post(_Thing):
    name_zh: str
    name_en: str


class Hazard(_Thing):
    kind: str
    name_zh: str
    name_en: str
    found: date


class Warned(_Thing):
    """A warning 警示 for a place: never of a person by name."""

    text_zh: str
    text_en: str
    verifier: Annotated[str, Field(min_length=1, max_length=64)]
    """The account of whoever vouches for it."""
    expires: AwareDatetime


class _Surroundings(Row):
    version: str
    cameras: tuple[Camera, ...] = ()
    posts: tuple[Post, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    warnings: tuple[Warned, ...] = ()


Thing = TypeVar("Thing", bound=_Thing)


class _Squares(Generic[Thing]):
    """Things by the square of ground that they lie in."""

    def __init__(self, things: Iterable[Thing]) -> None:
        self._squares: dict[tuple[int, int], list[Thing]] = {}
        for thing in things:
            self._squares.setdefault(square(*thing.at), []).append(thing)

    def near(self, lon: float, lat: float, metres: float) -> list[tuple[float, Thing]]:
        """Those within `metres`, the nearest first, at most MOST_OF_EACH."""
        found = []
        for key in squares_near(lon, lat, metres):
            for thing in self._squares.get(key, ()):
                away = haversine_metres(lon, lat, *thing.at)
                if away <= metres:
                    found.append((away, thing))
        return sorted(found, key=lambda one: (one[0], one[1].id))[:MOST_OF_EACH]


def square(lon: float, lat: float) -> tuple[int, int]:
    """The square of ground that a place lies in."""
    return floor(lon / _SQUARE), floor(lat / _SQUARE)


def squares_near(lon: float, lat: float, metres: float) -> list[tuple[int, int]]:
    """Every square that reaches within `metres` of the place."""
    north = metres / _METRES
    east = north / max(cos(radians(lat)), 0.01)
    (west, south), (east_most, north_most) = square(lon - east, lat - north), square(lon + east, lat + north)
    return [(x, y) for x in range(west, east_most + 1) for y in range(south, north_most + 1)]


class Surroundings:
    """Of one area."""

    def __init__(self, said: _Surroundings | None = None) -> None:
        said = said or _Surroundings(version="none")
        self._cameras, self._posts = _Squares(said.cameras), _Squares(said.posts)
        self._hazards, self._warnings = _Squares(said.hazards), _Squares(said.warnings)

    def near(self, lon: float, lat: float, now: datetime) -> dict[str, list[dict[str, Any]]]:
        """What is told of the place's surroundings; each with `metres`, the nearest first."""
        warnings = [one for one in self._warnings.near(lon, lat, WARNINGS_M) if one[1].expires > now]
        return {
            "cameras": _told(self._cameras.near(lon, lat, CAMERAS_M)),
            "posts": _told(self._posts.near(lon, lat, POSTS_M)),
            "hazards": _told(self._hazards.near(lon, lat, HAZARDS_M)),
            "warnings": _told(warnings),
        }


def _told(found: Sequence[tuple[float, _Thing]]) -> list[dict[str, Any]]:
    return [{**thing.model_dump(mode="json"), "metres": round(away)} for away, thing in found]


def load_surroundings(folder: Path, area: Area) -> Surroundings:
    """Of the area in `folder`. Raises InvalidArea."""
    file = folder / "surroundings.json"
    if not file.exists():
        return Surroundings()
    said = read(_Surroundings, file)
    ground = AreaIndex({area.id: area})
    for what in ("cameras", "posts", "hazards", "warnings"):
        rows: Sequence[_Thing] = getattr(said, what)
        each_once(file, what + "[{}].id", (row.id for row in rows))
        for n, row in enumerate(rows):
            if ground.locate(*row.at) is None:
                raise wrong(file, f"{what}[{n}].at", "lies outside the area; lon comes before lat")
    return Surroundings(said)
