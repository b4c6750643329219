"""The incidents of past days: pure, and each day by itself, so that the same seed gives the same day whenever it is
asked for, and a file made a month later only has more of them.

When, about what and where is what the living city of `simulation.city` goes by. What is added here are the weekday, the
season, and the trend from one year to the next that the area's report gives (`facts` of its `area.json`; Gaoqiao's:
calls −6.68 %, criminal −32.52 %, public order −24.45 %, thefts −45.17 %, disputes −5.26 %). The number of calls a head
is Dongcheng's (20,000 of 153,600 people); Gaoqiao's is not known.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from math import cos, pi
from random import Random
from typing import Any, Final

from fengqiao.geo.distance import haversine_metres
from fengqiao.geo.gazetteer import Place
from simulation.city.calls import BY_DAY, BY_NIGHT, SPREAD, weighted
from simulation.city.ground import Ground
from simulation.city.handling import Rules, handling
from simulation.city.mix import AT_NIGHT, NIGHT_HOURS, SHARES
from simulation.city.profile import moments

CALLS_A_HEAD: Final = 20_000 / 153_600
"""In a year."""
CRIME_SHARE: Final = 0.012
"""Of the calls: the living city plays no crime of the first class."""
DISPUTES: Final = (
    "noise", "family_dispute", "neighbour_dispute", "parking", "refund", "debt", "unpaid_goods", "unpaid_wages",
)  # fmt: skip
PUBLIC_ORDER: Final = ("disorder", "brawl", "domestic_violence", "fraud")
"""And thefts, which have a trend of their own."""
WEEKDAYS: Final = (0.97, 0.95, 0.96, 0.98, 1.04, 1.07, 1.03)
"""Monday to Sunday: an assumption, as the season is."""
SEASON: Final = 0.12
"""How far the end of July lies above the year's mean, and the end of January below it."""
SOURCES: Final = ("110", "110", "110", "110", "110", "110", "110", "property", "grid_worker", "volunteer")
PACE_M_PER_S: Final = 6.0
"""As the crow flies, by a patrol on the road."""
_YEAR: Final = 365.2425


@dataclass(frozen=True, slots=True)
class PastCall:
    """Times: aware, of the area. category: an alias. Yuan are None where no form asks for them."""

    id: str
    received: datetime
    category: str
    place: Place
    lon: float
    lat: float
    source: str
    assigned: datetime
    acknowledged: datetime
    en_route: datetime
    on_scene: datetime
    cleared: datetime
    result: str
    lost_yuan: float | None
    recovered_yuan: float | None


class Years:
    """Of one area."""

    def __init__(self, ground: Ground, rules: Rules, seed: int, per_year: float) -> None:
        self._ground = ground
        self._rules = rules
        self._seed = seed
        self._per_day = per_year / _YEAR
        self._mix = Mix.of(ground.matters, ground.area.facts)
        self._places = {night: weighted(ground.places, BY_NIGHT if night else BY_DAY) for night in (False, True)}
        homes = [team.home for team in ground.teams.values() if team.police]
        self._metres = {
            place: min(haversine_metres(place.lon, place.lat, *home) for home in homes) for place in ground.places
        }

    def days(self, first: date, last: date) -> Iterator[PastCall]:
        """Of all days from the first to the last, both in it."""
        for n in range((last - first).days + 1):
            yield from self.day(first + timedelta(days=n))

    def day(self, day: date) -> Iterator[PastCall]:
        """The calls received on a local day."""
        zone = self._ground.area.tz
        random = Random(f"{self._seed}-{self._ground.area.id}-{day.isoformat()}")
        years = max(-5.0, min(5.0, (day - ANCHOR).days / _YEAR))
        begin, end = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
        rate = self._per_day * _season(day) * self._mix.calls**years / 24
        shares = self._mix.shares(years)
        for number, at in enumerate(takewhile(lambda at: at < end, moments(random, begin, rate, zone)), 1):
            yield self._call(f"{day:%Y%m%d}-{number:04}", random, at.astimezone(zone), shares)

    def _call(self, id: str, random: Random, at: datetime, shares: Mapping[str, float]) -> PastCall:
        night = at.hour in NIGHT_HOURS
        weights = [share * (AT_NIGHT.get(alias, 1.0) if night else 1.0) for alias, share in shares.items()]
        about = random.choices(tuple(shares), weights)[0]
        places, by_kind = self._places[night]
        place = random.choices(places, by_kind)[0]
        lon, lat = (round(one + random.uniform(-SPREAD, SPREAD), 6) for one in (place.lon, place.lat))
        if not self._ground.inside(lon, lat):
            lon, lat = place.lon, place.lat
        done = handling(self._seed, id, self._ground.matters[about], self._rules, in_charge=True)
        # Not every call is served by the unit that lives nearest, and a call in the busy hours waits.
        travel = 30 + self._metres[place] / PACE_M_PER_S * random.lognormvariate(0.15, 0.45)
        after = [random.lognormvariate(3.1, 0.6)]
        for seconds in (done.read, done.leave, travel, done.scene):
            after.append(after[-1] + seconds)
        times = [(at + timedelta(seconds=seconds)).replace(microsecond=0) for seconds in after]
        lost = None if done.form is None else done.form.get("losses", {}).get("lost_yuan")
        recovered = None if lost is None else lost if done.disposition == "已找回" else 0.0
        return PastCall(
            id, at.replace(microsecond=0), about, place, lon, lat, random.choice(SOURCES),
            times[0], times[1], times[2], times[3], times[4], done.disposition, lost, recovered,
        )  # fmt: skip


ANCHOR: Final = date(2024, 10, 30)
"""The day of S1: there the rates are those that were asked for."""


def _season(day: date) -> float:
    return WEEKDAYS[day.weekday()] * (1 + SEASON * cos(2 * pi * (day.timetuple().tm_yday - 207) / _YEAR))


@dataclass(frozen=True, slots=True)
class Mix:
    """at_anchor: shares of the calls, by alias. trends: what is left of an alias's share a year later; those not named
    make up for them. calls: what is left of all calls."""

    at_anchor: Mapping[str, float]
    trends: Mapping[str, float]
    calls: float

    @classmethod
    def of(cls, known: Collection[str], facts: Mapping[str, Any]) -> "Mix":
        """facts: `change_*` of the area, which may be left out: then nothing changes."""
        shares = {alias: share for alias, share in {**SHARES, "crime": CRIME_SHARE}.items() if alias in known}
        total = sum(shares.values())
        shares = {alias: share / total for alias, share in shares.items()}
        calls = 1 + float(facts.get("change_incidents", 0.0))

        def left(fact: str) -> float:
            return 1 + float(facts.get(fact, calls - 1))

        of_order = sum(shares.get(alias, 0.0) for alias in PUBLIC_ORDER)
        thefts = shares.get("theft", 0.0)
        order = (left("change_public_order_cases") * (of_order + thefts) - left("change_thefts") * thefts) / of_order
        by_alias = {
            "crime": left("change_criminal_cases"),
            "theft": left("change_thefts"),
            **dict.fromkeys(PUBLIC_ORDER, order),
            **dict.fromkeys(DISPUTES, left("change_dispute_incidents")),
        }
        return cls(shares, {alias: one / calls for alias, one in by_alias.items() if alias in shares}, calls)

    def shares(self, years: float) -> dict[str, float]:
        """So many years after the anchor."""
        falling = {alias: self.at_anchor[alias] * trend**years for alias, trend in self.trends.items()}
        others = {alias: share for alias, share in self.at_anchor.items() if alias not in falling}
        left = max(1 - sum(falling.values()), 0.05) / sum(others.values())
        return falling | {alias: share * left for alias, share in others.items()}


COLUMNS: Final = (
    "警情编号", "报警时间", "类别", "经度", "纬度", "地址", "来源", "派警时间", "签收时间", "出警时间", "到达时间",
    "处置完毕时间", "处理结果", "损失金额", "追回金额",
)  # fmt: skip


def row(call: PastCall) -> Sequence[str]:
    """As a line of the file, in the order of COLUMNS; read by `mapping.json`."""
    times = (call.assigned, call.acknowledged, call.en_route, call.on_scene, call.cleared)
    yuan = ("" if one is None else f"{one:.2f}" for one in (call.lost_yuan, call.recovered_yuan))
    return (
        call.id,
        call.received.isoformat(),
        call.category,
        f"{call.lon:.6f}",
        f"{call.lat:.6f}",
        call.place.name_zh,
        call.source,
        *(at.isoformat() for at in times),
        call.result,
        *yuan,
    )
