"""Reading what intake needs of the areas' folders. Anything wrong stops the start with one sentence."""

import json
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from fengqiao.contracts.model import Category
from fengqiao.geo.areas import AreaIndex, load_areas
from fengqiao.geo.gazetteer import load_gazetteer
from services.intake.domain.categories import CategorySet, Row
from services.intake.domain.ground import Ground, Grounds, Source


class InvalidFolder(Exception):
    """A file of an area's folder cannot be used; the text names the file and the field."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Category(_Entry):
    code: Annotated[str, Field(pattern=r"^[0-9]{2,12}$")]
    name_zh: str
    name_en: str
    aliases: list[str]
    priority: Annotated[int, Field(ge=1, le=4)]
    dispute_kind: str | None = None


class _Categories(_Entry):
    version: str
    categories: list[_Category]


class _Source(_Entry):
    source: str
    name_zh: str
    name_en: str
    default_category: str
    channel: str


class _Sources(_Entry):
    version: str
    sources: list[_Source]


Model = TypeVar("Model", bound=_Entry)


def load_grounds(folder: Path) -> Grounds:
    """Every area below `folder`. Raises InvalidFolder, and fengqiao.geo's InvalidArea."""
    areas = load_areas(folder)
    grounds = {
        name: Ground(
            area=area,
            gazetteer=load_gazetteer(folder / name, area),
            categories=(categories := _categories(folder / name / "categories.json")),
            sources=_sources(folder / name / "sources.json", categories),
        )
        for name, area in areas.items()
    }
    return Grounds(grounds, AreaIndex(areas))


def _read(model: type[Model], file: Path) -> Model:
    try:
        return model.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        problem: Any = error
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            problem = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise InvalidFolder(f"{file} cannot be used: {problem}") from error


def _categories(file: Path) -> CategorySet:
    written = _read(_Categories, file)
    rows = [
        Row(
            Category(code=row.code, name_zh=row.name_zh, name_en=row.name_en, version=written.version),
            tuple(row.aliases),
            row.priority,
            row.dispute_kind,
        )
        for row in written.categories
    ]
    try:
        return CategorySet(written.version, rows)
    except ValueError as error:
        raise InvalidFolder(f"{file} cannot be used: {error}") from error


def _sources(file: Path, categories: CategorySet) -> dict[str, Source]:
    sources = {}
    for row in _read(_Sources, file).sources:
        if categories.find(row.default_category) is None:
            raise InvalidFolder(f"{file} cannot be used: {row.source}: {categories.unknown(row.default_category)}")
        sources[row.source] = Source(row.source, row.name_zh, row.name_en, row.default_category, row.channel)
    return sources
