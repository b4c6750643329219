"""Reading what intake needs of the areas' folders. Anything wrong stops the start with one sentence."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from fengqiao.geo.areas import AreaIndex, load_areas
from fengqiao.geo.gazetteer import load_gazetteer
from fengqiao.geo.json_file import Row, each_once, read, wrong
from fengqiao.runtime.roles import Role
from services.intake.category_files import check_sets, load_categories, load_crosswalk
from services.intake.domain.categories import CategorySet
from services.intake.domain.crosswalk import Crosswalk
from services.intake.domain.ground import Ground, Grounds
from services.intake.domain.sources import Source

CHANNELS = ("01", "02", "04", "05", "06", "08", "09")
"""电话, 亲临, 物联, 短信, 网络, 异地转警, 其他部门: the ministry's sources of a report."""


class _Source(Row):
    source: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,31}$")]
    name_zh: str
    name_en: str
    default_category: str
    channel: str
    roles: list[Role]
    clients: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    priority_shift: Annotated[int, Field(ge=-3, le=3)] = 0
    moves: bool = False
    categories: dict[Annotated[str, Field(min_length=1, max_length=64)], str] = Field(default_factory=dict)
    category_set: str | None = None


class _Sources(Row):
    version: str
    sources: Annotated[list[_Source], Field(min_length=1)]


def load_grounds(folder: Path) -> Grounds:
    """Every area below `folder`. Raises InvalidArea."""
    areas = load_areas(folder)
    sets = {name: load_categories(folder / name) for name in areas}
    crosswalks = {name: load_crosswalk(folder / name, sets[name]) for name in areas}
    check_sets(folder, sets, crosswalks)
    grounds = {
        name: Ground(
            area=area,
            gazetteer=load_gazetteer(folder / name, area),
            categories=sets[name],
            sources=_sources(folder / name / "sources.json", sets[name], crosswalks[name]),
            crosswalk=crosswalks[name],
        )
        for name, area in areas.items()
    }
    return Grounds(grounds, AreaIndex(areas))


def _sources(file: Path, categories: CategorySet, crosswalk: Crosswalk | None) -> dict[str, Source]:
    sources: dict[str, Source] = {}
    rows = read(_Sources, file).sources
    each_once(file, "sources[{}].source", (row.source for row in rows))
    for n, row in enumerate(rows):
        where = f"sources[{n}]"
        if row.channel not in CHANNELS:
            raise wrong(file, f"{where}.channel", f"is {row.channel!r}, which is none of {', '.join(CHANNELS)}")
        named = {f"categories.{word}": code for word, code in row.categories.items()}
        for field, word in [("default_category", row.default_category), *named.items()]:
            if categories.find(word) is None:
                raise wrong(file, f"{where}.{field}", categories.unknown(word))
        if row.category_set is not None and (crosswalk is None or crosswalk.other != row.category_set):
            raise wrong(
                file, f"{where}.category_set", f"there is no crosswalk from the area's set to {row.category_set!r}"
            )
        sources[row.source] = Source(
            row.source,
            row.name_zh,
            row.name_en,
            row.default_category,
            row.channel,
            roles=frozenset(row.roles),
            clients=row.clients,
            priority_shift=row.priority_shift,
            moves=row.moves,
            categories={word.casefold(): code for word, code in row.categories.items()},
            category_set=row.category_set,
        )
    return sources
