"""Token buckets: so many at once, and so many a second after that."""

from collections import OrderedDict
from typing import Final

REMEMBERED: Final = 10_000
"""Buckets kept; the one unused the longest goes first, and would be full again by then."""


class Buckets:
    """A bucket for each key, full at first. per_second: what runs in; burst: what it holds."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._levels: OrderedDict[tuple[str, ...], tuple[float, float]] = OrderedDict()

    def take(self, key: tuple[str, ...], now: float) -> float:
        """Take one. 0.0 when there was one, else the seconds until there is. now: seconds of a counter."""
        level, at = self._levels.get(key, (self._burst, now))
        level = min(self._burst, level + max(0.0, now - at) * self._per_second)
        wait = 0.0 if level >= 1.0 else (1.0 - level) / self._per_second
        self._levels[key] = (level if wait else level - 1.0, now)
        self._levels.move_to_end(key)
        if len(self._levels) > REMEMBERED:
            self._levels.popitem(last=False)
        return wait
