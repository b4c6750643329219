"""What analytics advises of standing by (D6): the latest `standby.advised` for each band of hours, while it holds.

Advice is in no journal: it only weighs points while units are placed. Without it, when it has run out, or when it names
no point of the area's plan, the plan's own weights stand.
"""

from collections.abc import Collection
from datetime import datetime

from fengqiao.contracts.insights import StandbyAdvised
from services.dispatch.domain.standby_plan import Advice


class AdviceHeard:
    """Of one area. points: ids of its standby plan."""

    def __init__(self, points: Collection[str]) -> None:
        self._points = frozenset(points)
        self._heard: dict[str, StandbyAdvised] = {}
        """By when the hours begin: repeats say the same, and a later one for the same hours takes its place."""

    def heard(self, advised: StandbyAdvised) -> None:
        if self._points.isdisjoint(point for point, weight in advised.weights.items() if weight > 0):
            return
        begins = advised.begins.isoformat()
        before = self._heard.get(begins)
        if before is None or before.at <= advised.at:
            self._heard[begins] = advised
        for old in [key for key, one in self._heard.items() if one.ends < advised.begins]:
            del self._heard[old]

    def at(self, now: datetime) -> Advice | None:
        """What holds at `now`."""
        for one in self._heard.values():
            if one.begins <= now < one.ends:
                weights = {point: weight for point, weight in one.weights.items() if point in self._points}
                return Advice("insights", f"{one.begins.isoformat()} {one.at.isoformat()}", weights)
        return None
