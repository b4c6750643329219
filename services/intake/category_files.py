"""Reading `categories.json` and `crosswalk.json` of an area's folder."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field

from fengqiao.contracts.model import Category
from fengqiao.geo.json_file import Row, each_once, read, wrong
from services.intake.domain.categories import CategorySet, Named, ReportUp
from services.intake.domain.categories import Row as CategoryRow
from services.intake.domain.crosswalk import Crosswalk

Code = Annotated[str, Field(pattern=r"^([0-9]{2}){1,6}$")]
Word = Annotated[str, Field(min_length=1, max_length=64)]
Level = Annotated[int, Field(ge=1, le=4)]


class _Category(Row):
    code: Code
    name_zh: Word
    name_en: Word
    aliases: list[Word]
    priority: Annotated[int, Field(ge=1, le=4)]
    level: Level
    alias_tags: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    void: bool = False
    dispute_kind: str | None = None


class _Level(Row):
    level: Level
    name_zh: Word
    name_en: Word


class _Tag(Row):
    tag: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    name_zh: Word
    name_en: Word


class _ReportUp(Row):
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
    name_zh: Word
    name_en: Word
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class _Categories(Row):
    version: Word
    levels: Annotated[list[_Level], Field(min_length=3, max_length=4)]
    report_up_from_level: Level
    report_up: list[_ReportUp]
    tags: list[_Tag]
    categories: Annotated[list[_Category], Field(min_length=1)]


class _Pair(Row):
    from_: Annotated[Code, Field(alias="from")]
    to: list[Code]


class _Named(Row):
    code: Code
    name_zh: Word
    name_en: Word


class _Crosswalk(Row):
    from_: Annotated[str, Field(alias="from")]
    to: Word
    pairs: list[_Pair]
    categories: list[_Named]


def load_categories(folder: Path) -> CategorySet:
    """The set in `folder`. Raises InvalidArea."""
    file = folder / "categories.json"
    written = read(_Categories, file)
    _check_set(file, written)
    rows = [
        CategoryRow(
            Category(code=row.code, name_zh=row.name_zh, name_en=row.name_en, version=written.version),
            tuple(row.aliases),
            row.priority,
            row.dispute_kind,
            row.level,
            row.void,
            row.alias_tags,
        )
        for row in written.categories
    ]
    return CategorySet(
        written.version,
        rows,
        levels=[Named(str(one.level), one.name_zh, one.name_en) for one in written.levels],
        tags=[Named(one.tag, one.name_zh, one.name_en) for one in written.tags],
        report_up=[ReportUp(one.id, one.name_zh, one.name_en, one.categories, one.tags) for one in written.report_up],
        report_up_from_level=written.report_up_from_level,
    )


def _check_set(file: Path, written: _Categories) -> None:
    """Raises InvalidArea for a word of two categories, a child without its parent, a level, tag or code that is not
    there."""
    each_once(file, "levels[{}].level", (row.level for row in written.levels))
    each_once(file, "tags[{}].tag", (row.tag for row in written.tags))
    each_once(file, "report_up[{}].id", (row.id for row in written.report_up))
    each_once(file, "categories[{}].code", (row.code for row in written.categories))
    levels, tags = {row.level for row in written.levels}, {row.tag for row in written.tags}
    words = {row.code: row.code for row in written.categories}
    codes = set(words)
    for n, row in enumerate(written.categories):
        where = f"categories[{n}]"
        if len(row.code) > 2 and row.code[:-2] not in codes:
            raise wrong(file, f"{where}.code", f"its parent {row.code[:-2]} is not there")
        if row.level not in levels:
            raise wrong(file, f"{where}.level", f"there is no level {row.level}")
        for m, alias in enumerate(row.aliases):
            if words.setdefault(alias.casefold(), row.code) != row.code:
                raise wrong(file, f"{where}.aliases[{m}]", f"{alias!r} stands for two categories")
        for alias, brought in row.alias_tags.items():
            if alias not in row.aliases:
                raise wrong(file, f"{where}.alias_tags.{alias}", "is no alias of the category")
            _check_known(file, f"{where}.alias_tags.{alias}", brought, tags, "tag")
    for n, one in enumerate(written.report_up):
        _check_known(file, f"report_up[{n}].categories", one.categories, codes, "category")
        _check_known(file, f"report_up[{n}].tags", one.tags, tags, "tag")


def _check_known(file: Path, field: str, names: Iterable[str], known: Collection[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise wrong(file, field, f"there is no {what} {name}")


def load_crosswalk(folder: Path, own: CategorySet) -> Crosswalk | None:
    """The crosswalk in `folder`, None where there is none. Raises InvalidArea."""
    file = folder / "crosswalk.json"
    if not file.exists():
        return None
    written = read(_Crosswalk, file)
    if written.from_ != own.version:
        raise wrong(file, "from", f"is {written.from_!r}, but the area's set is {own.version!r}")
    if written.to == own.version:
        raise wrong(file, "to", "is the area's own set")
    names = {row.code: (row.name_zh, row.name_en) for row in written.categories}
    codes = {row.category.code for row in own.rows}
    each_once(file, "pairs[{}].from", (pair.from_ for pair in written.pairs))
    for n, pair in enumerate(written.pairs):
        if pair.from_ not in codes:
            raise wrong(file, f"pairs[{n}].from", f"the area's set {own.version} has no category {pair.from_}")
        if not pair.to:
            raise wrong(file, f"pairs[{n}].to", f"{pair.from_} has no partner in {written.to}")
        for m, code in enumerate(pair.to):
            if code not in names:
                raise wrong(file, f"pairs[{n}].to[{m}]", f"the set {written.to} has no category {code}")
    if missing := codes - {pair.from_ for pair in written.pairs}:
        raise wrong(file, "pairs", f"{min(missing)} of the area's set {own.version} is not there")
    return Crosswalk(own, written.to, [(pair.from_, tuple(pair.to)) for pair in written.pairs], names)


def check_sets(folder: Path, sets: Mapping[str, CategorySet], crosswalks: Mapping[str, Crosswalk | None]) -> None:
    """One version, one set; and what a crosswalk says of a set that another area has is true. Raises InvalidArea."""
    by_version: dict[str, tuple[str, dict[str, CategoryRow]]] = {}
    for area, own in sets.items():
        rows = {row.category.code: row for row in own.rows}
        first, known = by_version.setdefault(own.version, (area, rows))
        if rows != known:
            raise wrong(
                folder / area / "categories.json",
                "version",
                f"is {own.version!r} as in {first}, but the categories differ: give it a version of its own",
            )
    for area, crosswalk in crosswalks.items():
        if crosswalk is None or crosswalk.other not in by_version:
            continue
        first, known = by_version[crosswalk.other]
        if different := sorted(set(known) ^ set(crosswalk.names)):
            raise wrong(
                folder / area / "crosswalk.json",
                "categories",
                f"{different[0]} is not the same as in the set {crosswalk.other} of {first}",
            )
