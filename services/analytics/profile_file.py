"""Reading what analytics counts from an area's folder: `analytics.json` where there is one, and what others read too.

`analytics.json`; each part may be left out, then the default stands (`domain.profile`):

{"groups": [{"id": "theft", "name_zh": "盗窃", "name_en": "Theft", "categories": ["theft"]}],
 "fraud": ["fraud"], "vehicle_theft": ["theft"], "leads": ["tip_off", "warning"],
 "on_scene_results": ["当场调解"],
 "buckets": {"sign": [30, 60, 120, 180]},
 "watching": {"weekly_false_alarms": 0.05, "history_days": 364},
 "bulletins": [{"kind": "friday", "at": "17:00", "weekday": 5}],
 "goals": {"received_to_on_scene": 0.9}, "stage_days": {"screened": 3}, "reviewed_share": 0.05}

Categories are codes of the area's set or aliases, each with all below it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from fengqiao.geo.areas import Area
from fengqiao.geo.json_file import Model, Part, Row, read, wrong
from services.analytics.domain.profile import (
    CLOCKS,
    GOALS,
    SCHEDULE,
    Band,
    BulletinKind,
    Cell,
    Group,
    Name,
    Profile,
    Scheduled,
    StandbyPoint,
    Watching,
)
from services.analytics.domain.segments import SEGMENTS

_DEFAULT_GROUPS: Final = (
    ("criminal", "刑事警情", "Criminal", ("crime",)),
    ("public_order", "治安警情", "Public order", ("public_order",)),
    ("dispute", "纠纷警情", "Disputes", ("dispute",)),
    ("property", "侵财警情", "Property", ("property_crime",)),
    ("theft", "盗窃警情", "Theft", ("theft",)),
    ("fraud", "电诈警情", "Telecom fraud", ("fraud",)),
    ("traffic", "交通警情", "Traffic", ("traffic",)),
    ("help", "求助警情", "Urgent help", ("help",)),
)
"""What the five reports compare year on year; one whose categories the area does not have is left out."""
_STAGE_DAYS: Final = {"screened": 3, "assessed": 3, "referred": 7, "in_resolution": 30, "disposed": 7}
_HOUR: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
Categories = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]


class _Group(Row):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    name_zh: str
    name_en: str
    categories: Categories


class _Watching(Row):
    weekly_false_alarms: Annotated[float, Field(gt=0, le=0.5)] = 0.05
    history_days: Annotated[int, Field(ge=56, le=1100)] = 364
    least_history_days: Annotated[int, Field(ge=28)] = 56
    rising_days: Annotated[int, Field(ge=1, le=28)] = 7
    repeat_days: Annotated[int, Field(ge=1, le=90)] = 28
    repeat_least: Annotated[int, Field(ge=2)] = 3


class _Scheduled(Row):
    kind: BulletinKind
    at: Annotated[str, Field(pattern=_HOUR)]
    weekday: Annotated[int, Field(ge=1, le=7)] | None = None


class _Profile(Row):
    groups: list[_Group] | None = None
    fraud: Categories = ("fraud",)
    vehicle_theft: Categories = ("theft",)
    leads: Categories = ("tip_off", "warning")
    on_scene_results: list[str] | None = None
    buckets: dict[str, Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=1, max_length=8)]] = Field(
        default_factory=dict
    )
    watching: _Watching = _Watching()
    bulletins: list[_Scheduled] | None = None
    stage_days: dict[
        Literal["screened", "assessed", "referred", "in_resolution", "disposed"], Annotated[int, Field(ge=1)]
    ] = Field(default_factory=dict)
    goals: dict[str, Annotated[float, Field(gt=0, le=1)]] | None = None
    reviewed_share: Annotated[float, Field(ge=0, le=1)] = 0.05


class _Category(Part):
    code: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...] = ()
    void: bool = False


class _Categories(Part):
    categories: tuple[_Category, ...] = ()


class _Result(Part):
    code: str
    solves: bool = False
    exempt: bool = False


class _Handling(Part):
    results: tuple[_Result, ...] = ()


class _Point(Part):
    id: str
    name_zh: str
    name_en: str
    at: tuple[float, float]
    grid_cell: str


class _Band(Part):
    id: str
    name_zh: str
    name_en: str
    begin: Annotated[str, Field(alias="from", pattern=_HOUR)]
    end: Annotated[str, Field(alias="to", pattern=_HOUR)]


class _Standby(Part):
    points: tuple[_Point, ...] = ()
    bands: tuple[_Band, ...] = ()


def load_profiles(folder: Path, areas: Iterable[Area]) -> dict[str, Profile]:
    """The profile of each area; `folder` holds the areas' folders. Raises InvalidArea."""
    return {area.id: load_profile(folder / area.id, area) for area in areas}


def load_profile(folder: Path, area: Area) -> Profile:
    """What the files in `folder` say. Raises InvalidArea."""
    file = folder / "analytics.json"
    written = _read(_Profile, file)
    categories = _read(_Categories, folder / "categories.json").categories
    codes = _codes_of(categories)
    results = _read(_Handling, folder / "handling.json").results
    standby = _read(_Standby, folder / "standby.json")
    on_scene = written.on_scene_results
    return Profile(
        area=area.id,
        name=Name(area.name_zh, area.name_en),
        categories={row.code: Name(row.name_zh, row.name_en) for row in categories},
        void=frozenset(row.code for row in categories if row.void),
        groups=_groups(file, written, codes),
        fraud=_codes(file, "fraud", written.fraud, codes, known="fraud" in written.model_fields_set),
        vehicle_theft=_codes(
            file, "vehicle_theft", written.vehicle_theft, codes, known="vehicle_theft" in written.model_fields_set
        ),
        leads=_codes(file, "leads", written.leads, codes, known="leads" in written.model_fields_set),
        on_scene_results=frozenset(on_scene if on_scene is not None else [row.code for row in results if row.solves]),
        exempt_results=frozenset(row.code for row in results if row.exempt),
        stations={one.id: Name(one.name_zh, one.name_en) for one in area.stations},
        cells=tuple(
            Cell(cell.id, Name(cell.name_zh, cell.name_en), cell.station, _middle(cell.polygon))
            for cell in area.grid_cells
        ),
        points=tuple(
            StandbyPoint(row.id, Name(row.name_zh, row.name_en), row.at, row.grid_cell) for row in standby.points
        ),
        bands=tuple(
            Band(row.id, Name(row.name_zh, row.name_en), _minute(row.begin), _minute(row.end)) for row in standby.bands
        ),
        clocks=_clocks(file, written.buckets),
        watching=Watching(**written.watching.model_dump()),
        schedule=SCHEDULE
        if written.bulletins is None
        else tuple(Scheduled(row.kind, time.fromisoformat(row.at), row.weekday) for row in written.bulletins),
        stage_days=_STAGE_DAYS | {str(stage): days for stage, days in written.stage_days.items()},
        goals=_goals(file, written),
        reviewed_share=written.reviewed_share,
    )


def category_codes(folder: Path) -> dict[str, str]:
    """Alias or code → code, of the area's set. Raises InvalidArea."""
    return _codes_of(_read(_Categories, folder / "categories.json").categories)


def _codes_of(rows: Iterable[_Category]) -> dict[str, str]:
    codes = {alias: row.code for row in rows for alias in row.aliases}
    return codes | {row.code: row.code for row in rows}


def _read(model: type[Model], file: Path) -> Model:
    """An area may do without any of these files."""
    return read(model, file) if file.exists() else model()


def _groups(file: Path, written: _Profile, codes: Mapping[str, str]) -> tuple[Group, ...]:
    if written.groups is None:
        return tuple(
            Group(id, Name(zh, en), tuple(codes[one] for one in of))
            for id, zh, en, of in _DEFAULT_GROUPS
            if all(one in codes for one in of)
        )
    return tuple(
        Group(
            row.id,
            Name(row.name_zh, row.name_en),
            _codes(file, f"groups[{n}].categories", row.categories, codes),
        )
        for n, row in enumerate(written.groups)
    )


def _codes(
    file: Path, where: str, names: Iterable[str], codes: Mapping[str, str], *, known: bool = True
) -> tuple[str, ...]:
    """known: they were written down, so each must be one; a default that the area does not have is left out."""
    found = []
    for name in names:
        if name in codes:
            found.append(codes[name])
        elif known:
            raise wrong(file, where, f"categories.json has no {name}")
    return tuple(found)


def _clocks(file: Path, buckets: Mapping[str, list[float]]) -> Any:
    _known(file, "buckets", buckets, [clock.id for clock in CLOCKS])
    for name, limits in buckets.items():
        if list(limits) != sorted(set(limits)):
            raise wrong(file, f"buckets.{name}", "the seconds must rise")
    return tuple(replace(clock, buckets=tuple(buckets[clock.id])) if clock.id in buckets else clock for clock in CLOCKS)


def _goals(file: Path, written: _Profile) -> Mapping[str, float]:
    if written.goals is None:
        return dict(GOALS)
    _known(file, "goals", written.goals, SEGMENTS)
    return written.goals


def _known(file: Path, where: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in names:
        if name not in known:
            raise wrong(file, f"{where}.{name}", f"is none of {', '.join(known)}")


def _middle(ring: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """The middle of the box around a ring: cells are compact, so it lies inside."""
    points = list(ring)
    lons, lats = [lon for lon, _ in points], [lat for _, lat in points]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def _minute(hour: str) -> int:
    return int(hour[:2]) * 60 + int(hour[3:])
