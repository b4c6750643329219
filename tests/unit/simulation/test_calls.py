"""The city's calls: how many, when, about what and where; the same seed gives the same ones."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from pathlib import Path

import pytest

from simulation.city.calls import Call, calls
from simulation.city.duty import roster, shift_name
from simulation.city.ground import Ground, load_ground
from simulation.city.mix import SHARES
from simulation.city.profile import HOURLY, share_between

AREAS = Path(__file__).parents[3] / "deploy" / "areas"
BEGIN = datetime(2024, 10, 25, 13, 0, tzinfo=UTC)
NAMES = ("ciyin", "dongcheng", "gaoqiao", "shilipu", "yujin")


@pytest.fixture(scope="module")
def grounds() -> dict[str, Ground]:
    return {name: load_ground(AREAS, name) for name in NAMES}


@pytest.fixture(scope="module")
def weeks(grounds: dict[str, Ground]) -> list[Call]:
    """Four weeks of Dongcheng at the rate of its report."""
    return list(until(BEGIN + timedelta(days=28), calls(grounds["dongcheng"], 1, BEGIN, 20_000 / 365 / 24)))


def until(end: datetime, some: Iterator[Call]) -> Iterator[Call]:
    for call in some:
        if call.at >= end:
            return
        yield call


def test_the_hours_of_a_day_add_up_to_a_day() -> None:
    assert sum(HOURLY) == pytest.approx(24)
    assert share_between(time(21), time(6)) + share_between(time(6), time(21)) == pytest.approx(1)
    assert share_between(time(3, 30), time(4, 30)) == pytest.approx((HOURLY[3] + HOURLY[4]) / 48)
    assert share_between(time(0), time(0)) == pytest.approx(1), "from midnight to midnight is a whole day"


def test_S9_as_many_call_as_the_rate_says_and_at_its_hours(weeks: list[Call], grounds: dict[str, Ground]) -> None:
    expected = 28 * 20_000 / 365
    assert len(weeks) == pytest.approx(expected, abs=4 * expected**0.5)
    zone = grounds["dongcheng"].area.tz
    hours = Counter(call.at.astimezone(zone).hour for call in weeks)
    night = sum(hours[hour] for hour in (21, 22, 23, 0, 1, 2, 3, 4, 5)) / len(weeks)
    assert night == pytest.approx(share_between(time(21), time(6)), abs=0.05)
    assert hours[4] < hours[20] / 2, "fewest call before dawn"


def test_the_same_seed_gives_the_same_calls_and_another_gives_others(grounds: dict[str, Ground]) -> None:
    def first(seed: int) -> list[Call]:
        return list(islice(calls(grounds["gaoqiao"], seed, BEGIN, 20), 50))

    assert first(1) == first(1)
    assert first(1) != first(2)


@pytest.mark.parametrize("name", NAMES)
def test_in_every_area_calls_are_in_its_own_categories_and_on_its_own_ground(
    name: str, grounds: dict[str, Ground]
) -> None:
    ground = grounds[name]
    assert set(SHARES) <= set(ground.matters), "every alias of the mix means something here"
    some = list(islice(calls(ground, 1, BEGIN, 20), 400))
    assert all(call.lon is None or (call.lat is not None and ground.inside(call.lon, call.lat)) for call in some)
    names = {place.name_zh for place in ground.places}
    assert {call.address for call in some} <= names
    quarrels = sum(ground.matters[call.category].dispute_kind is not None for call in some) / len(some)
    assert quarrels == pytest.approx(0.22, abs=0.08), "about a fifth of the calls are disputes"


def test_at_night_more_calls_come_from_where_people_eat_and_drink(
    weeks: list[Call], grounds: dict[str, Ground]
) -> None:
    kinds = {place.name_zh: place.kind for place in grounds["dongcheng"].places}
    zone = grounds["dongcheng"].area.tz

    def share(night: bool) -> float:
        some = [call for call in weeks if (call.at.astimezone(zone).hour in (21, 22, 23, 0, 1, 2)) == night]
        return sum(kinds[call.address] == "restaurant" for call in some) / len(some)

    assert share(night=True) > 2 * share(night=False)


@pytest.mark.parametrize("name", NAMES)
def test_D7_on_duty_is_whom_the_shift_plans_spread_over_the_area(name: str, grounds: dict[str, Ground]) -> None:
    ground = grounds[name]
    night, day = datetime(2024, 10, 25, 14, 30, tzinfo=UTC), datetime(2024, 10, 25, 2, 0, tzinfo=UTC)
    assert (shift_name(ground, night), shift_name(ground, day)) == ("night", "day")
    for at, shift in zip((day, night), ground.area.duties.shifts, strict=True):
        on = roster(ground, at)
        assert Counter(team.kind for team in on.values()) == Counter(shift.planned)
    cells = {ground.index.locate(*team.home) for team in roster(ground, night).values() if team.kind == "volunteer"}
    assert len(cells) >= len(ground.area.grid_cells) / 2, "volunteers do not stand on one side of the area only"
