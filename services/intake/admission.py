"""How much one client may ask for, and how much everybody at once; emergencies have a lane of their own.

A lane has its own bucket for each client and its own places, so a client that floods intake with trifles, or a night of
trifles from everybody, leaves the other lane free. Whoever is refused is told when to come back: no call vanishes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from fengqiao.runtime.metrics import REQUESTS_LIMITED
from fengqiao.runtime.problems import TooManyRequests, Unavailable
from services.intake.domain.buckets import Buckets
from services.intake.domain.turns import Turns

EMERGENCY_SOURCE: Final = "110"
EMERGENCY_PRIORITY: Final = 1
AGAIN_PER_SECOND: Final = 150.0
"""Refused reports asked to come again in one second: half as many again as the 100 an intake is measured at."""
AGAIN_S: Final = (1.0, 20.0)
"""Real seconds between a refusal and the next attempt: least, most."""

log = structlog.get_logger(__name__)


def is_emergency(source: str, priority: int) -> bool:
    """Whether a report goes by the reserved lane."""
    return source == EMERGENCY_SOURCE or priority == EMERGENCY_PRIORITY


class Admission:
    """per_second: reports that a client may send in a lane; so many at once too. at_once: under way in a lane."""

    def __init__(self, per_second: float, at_once: int, seconds: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._buckets = Buckets(per_second, max(1.0, per_second))
        self._seconds = seconds
        self._at_once = at_once
        self._under_way = {"ordinary": 0, "emergency": 0}
        self._turns = Turns(AGAIN_PER_SECOND, *AGAIN_S)

    def turn(self) -> float:
        """Real seconds after which one who was refused, or whom the store left without an answer, may come again."""
        return self._turns.next(self._seconds())

    def crowded(self, *, emergency: bool) -> Unavailable:
        """What one is told for whom there is no room, or no time."""
        REQUESTS_LIMITED.labels(_lane(emergency)).inc()
        return Unavailable("Too many reports are being taken at this moment: send it again.", retry_after=self.turn())

    @contextmanager
    def enter(self, client: str, *, emergency: bool) -> Iterator[None]:
        """Take a place in a lane for the time of the block. Raises TooManyRequests and Unavailable."""
        lane = _lane(emergency)
        wait = self._buckets.take((lane, client), self._seconds())
        if wait:
            REQUESTS_LIMITED.labels(lane).inc()
            log.warning("client over its limit", client=client, lane=lane)
            raise TooManyRequests(f"This client may send {self._per_second:g} reports a second.", retry_after=wait)
        if self._under_way[lane] >= self._at_once:
            raise self.crowded(emergency=emergency)
        self._under_way[lane] += 1
        try:
            yield
        finally:
            self._under_way[lane] -= 1


def _lane(emergency: bool) -> str:
    return "emergency" if emergency else "ordinary"
