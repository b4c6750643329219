"""From the registers to what is unusual at a moment (A4): clusters, rising categories, repeat addresses."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, Literal

import numpy as np

from services.analytics.domain import rising as rising_
from services.analytics.domain import scanning
from services.analytics.domain.profile import Name, Profile
from services.analytics.domain.register import UNKNOWN_SQUARE, middle
from services.analytics.domain.table import Mask, Table

What = Literal["cluster", "rising_category", "repeat_address"]
SCAN: Final = "Kulldorff 2001 prospective scan, Gumbel p (Abrams 2010)"
RISING: Final = "conditional binomial with Farrington's spread, Bonferroni"
REPEAT: Final = "hypergeometric (Fisher exact), Bonferroni"
_ZERO_DAY: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is more than expected. key: what it is about, so that it is told once while it lasts.

    place: (lon, lat), radius in metres. incidents: [{incident_id, number, day}].
    """

    what: What
    key: str
    begins: datetime
    ends: datetime
    expected: float
    seen: int
    chance: float
    method: str
    history_days: int
    incidents: tuple[dict[str, str], ...]
    cells: tuple[str, ...] = ()
    place: tuple[float, float] | None = None
    radius: float | None = None
    place_name: str | None = None
    category: str | None = None
    name: Name | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When is looked: the end of a quarter of the local day. day: the one that it is in; quarter: 1 … 4."""

    day: date
    quarter: int
    ends: datetime

    @property
    def id(self) -> str:
        return f"{self.day.isoformat()}q{self.quarter}"


def moment(now: datetime, zone: tzinfo) -> Moment:
    """The last quarter of a day that is over at `now`."""
    local = now.astimezone(zone)
    quarter = local.hour // scanning.QUARTER_HOURS
    day = local.date() if quarter else local.date() - timedelta(days=1)
    hour = quarter * scanning.QUARTER_HOURS
    ends = datetime(local.year, local.month, local.day, hour, tzinfo=zone)
    return Moment(day, quarter or scanning.QUARTERS, ends)


def first_day(profile: Profile, at: Moment) -> date:
    """The earliest day that a look wants to know of."""
    return at.day - timedelta(days=profile.watching.history_days + scanning.STUDY_DAYS - 1)


def findings(table: Table, profile: Profile, at: Moment, known_since: date | None) -> list[Finding]:
    """What is unusual at the moment; nothing while the history is too short.

    table: from `first_day` to the day of the moment. known_since: the first day of which anything is known.
    """
    if known_since is None:
        return []
    valid = table.valid(profile.void)
    valid &= (table["day"] < _number(at.day)) | (table["hour"] < at.quarter * scanning.QUARTER_HOURS)
    found = _clusters(table, valid, profile, at, known_since)
    if at.quarter == scanning.QUARTERS:
        found += _rising(table, valid, profile, at, known_since) + _repeated(table, valid, profile, at, known_since)
    return found


def _number(day: date) -> int:
    return day.toordinal() - _ZERO_DAY


def _clusters(table: Table, valid: Mask, profile: Profile, at: Moment, since: date) -> list[Finding]:
    study = at.day - timedelta(days=scanning.STUDY_DAYS - 1)
    begin = max(first_day(profile, at), since)
    days = (study - begin).days
    if days < profile.watching.least_history_days or len(profile.cells) < 2:
        return []
    place_of = {cell.id: n for n, cell in enumerate(profile.cells)}
    cell = np.array([place_of.get(word, -1) for word in table.words])[table["cell"]]
    counts = np.zeros((days + scanning.STUDY_DAYS, scanning.QUARTERS, len(profile.cells)), np.int64)
    day = table["day"] - _number(begin)
    inside = valid & (cell >= 0) & (day >= 0) & (day < len(counts))
    quarter = table["hour"] // scanning.QUARTER_HOURS
    np.add.at(counts, (day[inside], quarter[inside], cell[inside]), 1)
    weekdays = np.array([(begin + timedelta(days=n)).isoweekday() for n in range(len(counts))])
    past = scanning.history(counts[:days], weekdays[:days])
    seed = int.from_bytes(hashlib.sha256(f"{profile.area} {at.id}".encode()).digest()[:8])
    scan = scanning.Scan([one.at for one in profile.cells])
    limit = scanning.level(profile.watching.weekly_false_alarms, at.quarter)
    found = []
    for cluster in scan.look(counts[days:], weekdays[days:], at.quarter, past, np.random.default_rng(seed)):
        if cluster.chance > limit:
            break
        cells = np.isin(cell, list(cluster.circle.cells))
        # In quarters of the calendar: of a day with 23 or 25 hours one of them is shorter or longer.
        last = _number(at.day) * scanning.QUARTERS + at.quarter
        alive = table["day"] * scanning.QUARTERS + quarter >= last - cluster.quarters
        centre = profile.cells[cluster.circle.centre]
        found.append(
            Finding(
                what="cluster",
                key=centre.id,
                begins=_back(at, cluster.quarters),
                ends=at.ends,
                expected=cluster.expected,
                seen=cluster.seen,
                chance=cluster.chance,
                method=SCAN,
                history_days=days,
                incidents=tuple(table.identities(valid & cells & alive)),
                cells=tuple(profile.cells[n].id for n in cluster.circle.cells),
                place=centre.at,
                radius=cluster.circle.radius,
                name=centre.name,
            )
        )
    return found


def _back(at: Moment, quarters: int) -> datetime:
    total = (at.day.toordinal() * scanning.QUARTERS + at.quarter) - quarters
    day, quarter = divmod(total, scanning.QUARTERS)
    start = date.fromordinal(day)
    return datetime(start.year, start.month, start.day, quarter * scanning.QUARTER_HOURS, tzinfo=at.ends.tzinfo)


def _rising(table: Table, valid: Mask, profile: Profile, at: Moment, since: date) -> list[Finding]:
    days_now = profile.watching.rising_days
    first = max(at.day - timedelta(days=days_now + 7 * rising_.SPREAD_WEEKS - 1), since)
    days = (at.day - first).days + 1
    if days - days_now < profile.watching.least_history_days:
        return []
    day = table["day"] - _number(first)
    inside = valid & (day >= 0) & (day < days)
    masks: dict[str, Mask] = {"": inside}
    for key in _categories(table):
        masks[key] = inside & table.matching("category", (key,))
    daily = {key: np.bincount(day[mask], minlength=days) for key, mask in masks.items() if mask.any()}
    found = []
    for one in rising_.rising(daily, days_now):
        if one.chance > rising_.level(profile.watching.weekly_false_alarms):
            break
        now = masks[one.key] & (day >= days - days_now)
        name = profile.category_name(one.key) if one.key else Name("有效警情", "All valid incidents")
        found.append(
            _finding("rising_category", one, at, days_now, RISING, days - days_now, table, now, name, one.key or None)
        )
    return found


def _categories(table: Table) -> list[str]:
    """The codes that occur, and all above them."""
    codes = {table.words[place] for place in set(table["category"].tolist())}
    return sorted({code[:length] for code in codes for length in range(2, len(code) + 1, 2)})


def _repeated(table: Table, valid: Mask, profile: Profile, at: Moment, since: date) -> list[Finding]:
    days_now = profile.watching.repeat_days
    first = max(first_day(profile, at), since)
    days = (at.day - first).days + 1
    if days - days_now < profile.watching.least_history_days:
        return []
    inside = valid & (table["day"] >= _number(first)) & (table["day"] <= _number(at.day))
    recent = inside & (table["day"] > _number(at.day) - days_now)
    addresses = np.array(_addresses(table), dtype=object)
    found = []
    looked_at = rising_.repeated(
        addresses[recent].tolist(), addresses[inside & ~recent].tolist(), profile.watching.repeat_least
    )
    for one in looked_at:
        if one.chance > rising_.level(profile.watching.weekly_false_alarms):
            break
        now = recent & (addresses == one.key)
        rows = np.flatnonzero(now)
        x, y = (int(table[axis][rows[-1]]) for axis in ("x", "y"))
        place = middle(x, y) if x != UNKNOWN_SQUARE else None
        named = table.words[int(table["place"][rows[-1]])] or None
        cell = table.words[int(table["cell"][rows[-1]])]
        name = Name(named or f"{place}", named or f"{place}")
        found.append(
            _finding(
                "repeat_address", one, at, days_now, REPEAT, days - days_now, table, now, name, None, place, named, cell
            )
        )
    return found


def _addresses(table: Table) -> Sequence[str]:
    """The gazetteer's name of the place, or its square; empty where neither is known."""
    names, xs, ys = table.text("place"), table["x"].tolist(), table["y"].tolist()
    return [
        f"{name} {x // 5} {y // 5}" if name else "" if x == UNKNOWN_SQUARE else f"{x} {y}"
        for name, x, y in zip(names, xs, ys, strict=True)
    ]


def _finding(
    what: What,
    one: rising_.Risen,
    at: Moment,
    days_now: int,
    method: str,
    history_days: int,
    table: Table,
    mask: Mask,
    name: Name,
    category: str | None,
    place: tuple[float, float] | None = None,
    place_name: str | None = None,
    cell: str = "",
) -> Finding:
    return Finding(
        what=what,
        key=one.key or "all",
        begins=_back(at, days_now * scanning.QUARTERS),
        ends=at.ends,
        expected=one.expected,
        seen=one.seen,
        chance=one.chance,
        method=method,
        history_days=history_days,
        incidents=tuple(table.identities(mask)),
        cells=(cell,) if cell else (),
        place=place,
        place_name=place_name,
        category=category,
        name=name,
    )
