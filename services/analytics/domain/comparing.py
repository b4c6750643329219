"""Year on year 同比 and period on period 环比: the sheet that every report quotes (A2).

A change needs something to be held against. Where there are no data of the earlier period, or not of all its days, or
where nothing happened in it, no percentage is given but a word for why, and a sentence that a report can print.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from services.analytics.domain.profile import Name, Profile
from services.analytics.domain.table import Table

Why = Literal["no_data", "partial_data", "zero_before"]
Version = Literal["current", "initial", "confirmed", "corrected"]
VERSIONS: Final = ("current", "original", "confirmed", "corrected")
"""current: corrected before confirmed before original, what is now known."""
BY: Final = ("group", "category_level_1", "category_level_2", "category_level_3", "station", "grid_cell")
COVERED: Final = 0.95
"""Of a period's days so many must have data before a change is given: a quiet day may have no incident at all."""


@dataclass(frozen=True, slots=True)
class Period:
    """The incidents of one period. days: of the calendar; covered: those on which an incident is known."""

    table: Table
    days: int
    covered: int

    @property
    def state(self) -> Why | None:
        if self.covered == 0:
            return "no_data"
        return "partial_data" if self.covered < COVERED * self.days and self.days >= 7 else None


@dataclass(frozen=True, slots=True)
class Change:
    """before: the earlier count. share: (now − before) / before; None with the reason why there is none."""

    before: int | None
    share: float | None
    why: Why | None
    text: Name


@dataclass(frozen=True, slots=True)
class Line:
    key: str
    name: Name
    count: int
    on_period: Change
    on_year: Change


def sheet(now: Period, before: Period, last_year: Period, by: str, version: str, profile: Profile) -> list[Line]:
    """The lines, all of them together first (`total`), then by key."""
    counts = [_counted(period.table, by, version, profile) for period in (now, before, last_year)]
    names = _names(by, profile)
    keys = sorted(set().union(*counts) - {"total"})
    if by == "group":
        keys = [group.id for group in profile.groups]
    lines = []
    for key in ("total", *keys):
        count = counts[0].get(key, 0)
        lines.append(
            Line(
                key,
                Name("有效警情", "All valid incidents")
                if key == "total"
                else names.get(key) or _named(by, key, profile),
                count,
                change(count, counts[1].get(key, 0), before.state, Name("上期", "the period before")),
                change(count, counts[2].get(key, 0), last_year.state, Name("去年同期", "the same period last year")),
            )
        )
    return lines


def change(count: int, before: int, state: Why | None, against: Name) -> Change:
    """How `count` compares with `before`; `state` says what is wrong with the earlier period, None: nothing."""
    if state == "no_data":
        return Change(None, None, state, Name(f"{against.zh}无数据", f"no data for {against.en}"))
    if state == "partial_data":
        return Change(before, None, state, Name(f"{against.zh}数据不全", f"data for {against.en} are not complete"))
    if before == 0:
        text = (
            Name(f"{against.zh}为0，本期{count}起", f"none in {against.en}, {count} now")
            if count
            else Name(f"与{against.zh}均为0", f"none, as in {against.en}")
        )
        return Change(0, None if count else 0.0, "zero_before" if count else None, text)
    share = (count - before) / before
    if count == before:
        return Change(before, 0.0, None, Name("持平", "unchanged"))
    zh = f"{'上升' if share > 0 else '下降'}{abs(share):.2%}"
    en = f"{'up' if share > 0 else 'down'} {abs(share):.2%}"
    return Change(before, share, None, Name(zh, en))


def _counted(table: Table, by: str, version: str, profile: Profile) -> Mapping[str, int]:
    column = "category" if version == "current" else version
    valid = table.valid(profile.void, column)
    found = {"total": int(valid.sum())}
    if by == "group":
        for group in profile.groups:
            found[group.id] = int((valid & table.matching(column, group.prefixes)).sum())
        return found
    source = {"station": "station", "grid_cell": "cell"}.get(by, column)
    counts = np.bincount(table[source][valid], minlength=len(table.words))
    length = 2 * int(by[-1]) if by.startswith("category") else None
    for place in np.flatnonzero(counts).tolist():
        key = table.words[place][:length]
        found[key] = found.get(key, 0) + int(counts[place])
    return found


def _names(by: str, profile: Profile) -> Mapping[str, Name]:
    match by:
        case "group":
            return {group.id: group.name for group in profile.groups}
        case "station":
            return profile.stations
        case "grid_cell":
            return {cell.id: cell.name for cell in profile.cells}
        case _:
            return {}


def _named(by: str, key: str, profile: Profile) -> Name:
    if not key:
        return Name("不明", "Unknown")
    return profile.category_name(key) if by.startswith("category") else Name(key, key)


def biggest_changes(lines: Iterable[Line], most: int = 5) -> Sequence[Line]:
    """Of the lines with a year-on-year change, those that changed by the most incidents."""
    changed = [line for line in lines if line.key != "total" and line.on_year.share is not None and line.on_year.before]
    return sorted(changed, key=lambda line: -abs(line.count - (line.on_year.before or 0)))[:most]
