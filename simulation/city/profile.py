"""When calls come: a Poisson stream whose rate follows the hours of the day. Pure; the same seed gives the same calls.

No station's report says its hours. The weights are an assumption, in the shape that emergency calls have everywhere:
least before dawn, a shoulder in the forenoon, most in the evening. They add up to 24, so that a rate in calls an hour
is the mean over a day.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta, tzinfo
from random import Random
from typing import Final

_WEIGHTS: Final = (
    0.90, 0.65, 0.45, 0.35, 0.30, 0.35, 0.55, 0.80, 1.00, 1.15, 1.15, 1.10,
    1.05, 1.00, 1.05, 1.10, 1.15, 1.25, 1.40, 1.50, 1.55, 1.55, 1.45, 1.20,
)  # fmt: skip
HOURLY: Final = tuple(weight * 24 / sum(_WEIGHTS) for weight in _WEIGHTS)
"""Calls in each local hour, as a multiple of the mean hour."""


def share_between(begin: time, end: time) -> float:
    """The share of a day's calls that come between two local times (over midnight where end ≤ begin)."""
    first, last = (one.hour + one.minute / 60 for one in (begin, end))
    last += 24 if last <= first else 0
    total, at = 0.0, first
    while at < last:
        until = min(int(at) + 1, last)
        total += HOURLY[int(at) % 24] * (until - at)
        at = until
    return total / 24


def moments(random: Random, begin: datetime, per_hour: float, zone: tzinfo) -> Iterator[datetime]:
    """When calls come from `begin` on, for ever (UTC). per_hour: calls in the mean hour, above 0.

    Thinning (Lewis and Shedler 1979): moments at the rate of the busiest hour, each kept with its own hour's share.
    """
    most = max(HOURLY)
    at = begin
    while True:
        at += timedelta(hours=random.expovariate(per_hour * most))
        if random.random() * most < HOURLY[at.astimezone(zone).hour]:
            yield at
