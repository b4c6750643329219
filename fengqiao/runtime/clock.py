"""One clock: domain time comes from here and from nowhere else.

Domain seconds are the seconds of the world that is dispatched: `ce_time`, everything in an event's data,
timers, visits, tombstones, the age of a position. Real seconds are the machine's: tokens, HTTP waits,
retries, record timestamps. They are the same unless a demonstration asks for another start and a speed
(`FENGQIAO_CLOCK=2024-10-30T22:20:00+08:00,x60`: one real second is sixty domain seconds).

The anchor (which domain instant belonged to which real one) is kept with the data in `clock.json`, so every
process, also a restarted one, tells the same time. Within a process time follows a steady counter: a jump
of the machine's clock moves neither order nor durations, it shows in `skew_seconds` and is made good at 1
ms a second.

    ClockError(Exception)   a setting or an anchor that cannot be used; its text is for a person
"""

import asyncio
import heapq
import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from fengqiao.runtime.whole_files import place

ANCHOR_FILE: Final = "clock.json"
SLEW: Final = 0.001
"""Real seconds of correction per real second; a crystal drifts by less than a tenth of this."""

_SETTING: Final = re.compile(r"^(?P<start>[^,]+?)(?:,x(?P<speed>\d+(?:\.\d+)?))?$")


class ClockError(Exception):
    """A clock setting or anchor that cannot be used. The text says what to do."""


class Clock(Protocol):
    """Domain time. Handed in wherever time is needed."""

    @property
    def speed(self) -> float:
        """Domain seconds per real second."""
        ...

    def now(self) -> datetime:
        """The domain instant, UTC. Never goes back."""
        ...

    def never_before(self, instant: datetime) -> float:
        """Move forward to `instant` if that is ahead. Answers the domain seconds moved (0.0 if none)."""
        ...

    async def sleep(self, domain_seconds: float) -> None:
        """Wait that many domain seconds (negative: not at all)."""
        ...


@dataclass(frozen=True, slots=True)
class ClockSetting:
    """A demonstration clock as asked for: domain start (UTC) and domain seconds per real second."""

    start: datetime
    speed: float


@dataclass(frozen=True, slots=True)
class Anchor:
    """Which domain instant belonged to which real one. `real` in seconds of the Unix epoch."""

    domain: datetime
    real: float
    speed: float = 1.0


def parse_clock(text: str) -> ClockSetting:
    """Read `<RFC 3339 instant with offset>[,x<speed>]`, speed 0.01 … 1,000,000. Raises ClockError."""
    example = "write it like 2024-10-30T22:20:00+08:00,x60"
    found = _SETTING.match(text.strip())
    if found is None:
        raise ClockError(f"the clock {text!r} cannot be read: {example}")
    try:
        start = datetime.fromisoformat(found["start"])
    except ValueError as error:
        raise ClockError(f"{found['start']!r} is not an instant: {example}") from error
    if start.tzinfo is None:
        raise ClockError(f"{found['start']!r} has no offset from UTC: {example}")
    speed = float(found["speed"] or 1)
    if not 0.01 <= speed <= 1_000_000:
        raise ClockError(f"a speed of x{speed:g} is out of range (x0.01 to x1000000): {example}")
    return ClockSetting(start.astimezone(UTC), speed)


def steady_seconds() -> float:
    """A counter in seconds that only goes forward and, where the system has one, counts sleep as well."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class DomainClock:
    """The clock of a running process.

    anchor: None for real time. wall: seconds of the Unix epoch. steady: seconds of a counter that never
    goes back.
    """

    def __init__(
        self,
        anchor: Anchor | None = None,
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._last_steady = steady()
        self._real = wall()
        self._anchor = anchor or Anchor(datetime.fromtimestamp(self._real, UTC), self._real)
        self._ahead = 0.0

    @property
    def speed(self) -> float:
        return self._anchor.speed

    def _real_now(self) -> float:
        steady = self._steady()
        passed = max(0.0, steady - self._last_steady)
        self._last_steady = steady
        self._real += passed
        # Only a little at a time, so that a duration measured across the correction stays right.
        most = passed * SLEW
        self._real += min(most, max(-most, self._wall() - self._real))
        return self._real

    def skew_seconds(self) -> float:
        """Real seconds by which the machine's clock is ahead of what this clock follows; far from 0 after a
        jump.
        """
        return self._wall() - self._real_now()

    def now(self) -> datetime:
        passed = (self._real_now() - self._anchor.real) * self._anchor.speed
        return self._anchor.domain + timedelta(seconds=passed + self._ahead)

    def never_before(self, instant: datetime) -> float:
        behind = (instant - self.now()).total_seconds()
        if behind <= 0:
            return 0.0
        self._ahead += behind
        return behind

    async def sleep(self, domain_seconds: float) -> None:
        if domain_seconds > 0:
            await asyncio.sleep(domain_seconds / self.speed)


@dataclass(slots=True)
class ManualClock:
    """Virtual time: stands still until told to move. For simulations and tests."""

    instant: datetime
    speed: float = 1.0
    _sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)

    def now(self) -> datetime:
        return self.instant

    def never_before(self, instant: datetime) -> float:
        behind = (instant - self.instant).total_seconds()
        if behind <= 0:
            return 0.0
        self.advance(behind)
        return behind

    def advance(self, domain_seconds: float) -> None:
        """Move forward and wake, in order, whoever waited for an instant up to there."""
        self.instant += timedelta(seconds=max(0.0, domain_seconds))
        while self._sleepers and self._sleepers[0][0] <= self.instant:
            _, _, waiter = heapq.heappop(self._sleepers)
            if not waiter.done():
                waiter.set_result(None)

    async def sleep(self, domain_seconds: float) -> None:
        if domain_seconds <= 0:
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        due = self.instant + timedelta(seconds=domain_seconds)
        heapq.heappush(self._sleepers, (due, next(self._order), waiter))
        await waiter


def read_anchor(data: Path) -> Anchor | None:
    """The anchor kept in the data folder, or None for real time. Raises ClockError when it cannot be read."""
    path = data / ANCHOR_FILE
    try:
        kept = json.loads(path.read_text("utf-8"))
        return Anchor(datetime.fromisoformat(kept["domain"]).astimezone(UTC), float(kept["real"]), float(kept["speed"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise ClockError(f"{path} cannot be read ({error}): remove the data folder or restore the file.") from error


def keep_anchor(data: Path, setting: ClockSetting, *, real_now: float) -> Anchor:
    """Keep the anchor for `setting` in the data folder, once: the first writer wins and all get its anchor.

    Raises ClockError when the folder runs on another clock already.
    """
    data.mkdir(parents=True, exist_ok=True)
    path = data / ANCHOR_FILE
    content = {"domain": setting.start.isoformat(), "real": real_now, "speed": setting.speed}
    place(path, json.dumps(content), replace=False)
    kept = read_anchor(data)
    if kept is None:
        raise ClockError(f"{path} vanished while it was being written: start again.")
    if (kept.domain, kept.speed) != (setting.start, setting.speed):
        raise ClockError(
            f"The data in {data} runs on the clock {kept.domain.isoformat()},x{kept.speed:g}: "
            "use that FENGQIAO_CLOCK, or give this run a folder of its own with FENGQIAO_DATA."
        )
    return kept


def open_clock(data: Path, setting: ClockSetting | None, *, production: bool = False) -> DomainClock:
    """The clock of a process whose data lie in `data`. Raises ClockError.

    The anchor there counts, also when this process was not told of it; with a setting and no anchor one is
    kept.
    """
    anchor = read_anchor(data) if setting is None else keep_anchor(data, setting, real_now=time.time())
    if production and anchor is not None:
        raise ClockError(
            f"{data / ANCHOR_FILE} sets a demonstration clock and the production profile runs on real time: "
            "give production a data folder of its own with FENGQIAO_DATA."
        )
    return DomainClock(anchor)
