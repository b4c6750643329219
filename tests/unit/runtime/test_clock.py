"""The one clock: speed, restart from the anchor, jumps, never behind the journal."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fengqiao.runtime.clock import (
    Anchor,
    ClockError,
    ClockSetting,
    DomainClock,
    ManualClock,
    keep_anchor,
    open_clock,
    parse_clock,
    read_anchor,
)

START = datetime(2024, 10, 30, 14, 20, tzinfo=UTC)
SETTING = ClockSetting(START, 60.0)


class Machine:
    """A machine's two clocks, moved by hand."""

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self.wall_seconds = wall
        self.steady_seconds = 50.0

    def wall(self) -> float:
        return self.wall_seconds

    def steady(self) -> float:
        return self.steady_seconds

    def passes(self, seconds: float) -> None:
        self.wall_seconds += seconds
        self.steady_seconds += seconds

    def clock(self, anchor: Anchor | None = None) -> DomainClock:
        return DomainClock(anchor, wall=self.wall, steady=self.steady)


def test_a_setting_is_read() -> None:
    assert parse_clock("2024-10-30T22:20:00+08:00,x60") == SETTING
    assert parse_clock("2024-10-30T14:20:00Z") == ClockSetting(START, 1.0)


@pytest.mark.parametrize(
    "text", ["", "noon", "2024-10-30T22:20:00,x60", "2024-10-30T22:20:00+08:00,60", "2024-10-30T22:20:00Z,x0"]
)
def test_a_wrong_setting_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ClockError, match="2024-10-30T22:20:00"):
        parse_clock(text)


def test_time_passes_at_the_speed_asked_for() -> None:
    machine = Machine()
    clock = machine.clock(Anchor(START, machine.wall(), 60.0))
    assert clock.now() == START
    machine.passes(2.5)
    assert clock.now() == START + timedelta(seconds=150)


def test_real_time_is_the_machines_time() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(10)
    assert clock.now() == datetime.fromtimestamp(1_700_000_010, UTC)
    assert clock.speed == 1


def test_a_restarted_process_goes_on_from_the_anchor(tmp_path: Path) -> None:
    machine = Machine()
    anchor = keep_anchor(tmp_path, SETTING, real_now=machine.wall())
    first = machine.clock(anchor)
    machine.passes(30)
    again = machine.clock(read_anchor(tmp_path))
    assert first.now() == again.now() == START + timedelta(minutes=30)


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_jump_of_the_machines_clock_moves_neither_order_nor_duration(jump: float) -> None:
    machine = Machine()
    clock = machine.clock()
    before = clock.now()
    machine.wall_seconds += jump
    machine.passes(10)
    assert (clock.now() - before).total_seconds() == pytest.approx(10, abs=0.011)
    assert clock.skew_seconds() == pytest.approx(jump, abs=0.02)


def test_a_drifting_crystal_is_made_good() -> None:
    machine = Machine()
    clock = machine.clock()
    for _ in range(1000):
        machine.passes(60)
        machine.steady_seconds -= 60 * 50e-6
        clock.now()
    assert abs(clock.skew_seconds()) < 0.1


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-5000, 5000)), max_size=30))
def test_time_never_goes_back(moves: list[tuple[float, float]]) -> None:
    machine = Machine()
    clock = machine.clock()
    last = clock.now()
    for passed, jump in moves:
        machine.passes(passed)
        machine.wall_seconds += jump
        assert clock.now() >= last
        last = clock.now()


def test_the_clock_never_runs_behind_the_journal() -> None:
    machine = Machine()
    clock = machine.clock(Anchor(START, machine.wall(), 60.0))
    said = START + timedelta(hours=2)
    assert clock.never_before(said) == 7200
    assert clock.now() == said
    machine.passes(1)
    assert clock.now() == said + timedelta(seconds=60)
    assert clock.never_before(START) == 0
    assert clock.now() == said + timedelta(seconds=60)


def test_the_first_anchor_stays_whoever_starts_at_once(tmp_path: Path) -> None:
    gate = threading.Barrier(8)
    kept: list[Anchor] = []

    def start(index: int) -> None:
        gate.wait(10)
        kept.append(keep_anchor(tmp_path, SETTING, real_now=1000.0 + index))

    threads = [threading.Thread(target=start, args=(index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(kept) == 8
    assert set(kept) == {read_anchor(tmp_path)}
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]


def test_a_folder_keeps_its_clock(tmp_path: Path) -> None:
    keep_anchor(tmp_path, SETTING, real_now=1.0)
    with pytest.raises(ClockError, match="FENGQIAO_DATA"):
        keep_anchor(tmp_path, ClockSetting(START, 1.0), real_now=2.0)
    assert open_clock(tmp_path, None).speed == 60
    with pytest.raises(ClockError, match="production"):
        open_clock(tmp_path, None, production=True)
    assert open_clock(tmp_path / "other", None, production=True).speed == 1


def test_a_broken_anchor_is_said(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text("{")
    with pytest.raises(ClockError, match=r"clock\.json"):
        open_clock(tmp_path, None)


async def test_sleep_is_in_domain_seconds() -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await DomainClock(Anchor(START, 0.0, 1000.0)).sleep(20)
    assert 0.015 <= loop.time() - began < 1
    await DomainClock().sleep(-1)


async def test_virtual_time_wakes_sleepers_in_order() -> None:
    clock = ManualClock(START)
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    async with asyncio.TaskGroup() as group:
        group.create_task(sleeper("late", 20))
        group.create_task(sleeper("early", 10))
        group.create_task(sleeper("now", 0))
        await asyncio.sleep(0)
        assert woken == ["now"]
        clock.advance(10)
        await asyncio.sleep(0)
        assert woken == ["now", "early"]
        assert clock.never_before(START + timedelta(seconds=20)) == 10
    assert woken == ["now", "early", "late"]
    assert clock.now() == START + timedelta(seconds=20)
