"""What the city knows of its area: the folder that the services read too. Nothing is asked for over REST that a person
who lives there knows."""

from dataclasses import dataclass
from pathlib import Path

from fengqiao.geo.areas import Area, AreaIndex, load_areas
from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.gazetteer import Place, load_places
from fengqiao.geo.json_file import contents
from fengqiao.geo.roads import Mode, load_roads
from simulation.ways import LonLat, Ways


@dataclass(frozen=True, slots=True)
class Team:
    """A unit as the city needs it. home: where it stands when nothing is to do."""

    id: str
    kind: str
    police: bool
    mode: Mode
    speed_factor: float
    home: LonLat
    roams: bool
    """It patrols when it is free 无警巡逻: patrols do, on wheels and on foot."""


@dataclass(frozen=True, slots=True)
class Matter:
    """A category: what the city's crews make of it."""

    code: str
    dispute_kind: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    area: Area
    teams: dict[str, Team]
    places: tuple[Place, ...]
    matters: dict[str, Matter]
    """By alias and by code."""
    ways: Ways
    index: AreaIndex

    def inside(self, lon: float, lat: float) -> bool:
        """Whether a place belongs to the area."""
        return self.index.locate(lon, lat) is not None


ROAMING = frozenset({"patrol", "foot_patrol", "city_patrol"})


def load_ground(areas: Path, area: str) -> Ground:
    """The area's folder below `areas`. Raises GeoError for one that is wrong or not there."""
    known = load_areas(areas)
    if area not in known:
        raise InvalidArea(areas, "", f"holds no area {area!r}: it has {', '.join(known)}")
    folder = areas / area
    kinds = {kind["kind"]: kind for kind in contents(folder / "kinds.json")["kinds"]}
    teams = {}
    for unit in contents(folder / "units.json")["units"]:
        kind = kinds[unit["kind"]]
        teams[unit["id"]] = Team(
            unit["id"],
            unit["kind"],
            kind["police"],
            Mode(kind["mode"]),
            kind["speed_factor"],
            (unit["home"][0], unit["home"][1]),
            unit["kind"] in ROAMING,
        )
    matters: dict[str, Matter] = {}
    for category in contents(folder / "categories.json")["categories"]:
        if not category.get("void"):
            matter = Matter(category["code"], category.get("dispute_kind"))
            matters |= dict.fromkeys((category["code"], *category.get("aliases", ())), matter)
    places = tuple(load_places(folder, known[area]))
    return Ground(known[area], teams, places, matters, Ways(load_roads(folder)), AreaIndex({area: known[area]}))
