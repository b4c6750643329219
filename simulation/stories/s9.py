"""S9, a night of 1-3-5 (Dongcheng, 21:00–06:00).

The station promises 1分钟响应、3分钟到场、5分钟处置 at night in its key places. The simulated city calls as often as
the station's report says (over 20,000 calls a year), the night's share of them; the night shift's crews serve. Told
is the share assigned within one minute, on the scene within three and handled within five, as dispatch has it.

On a clock of x240 an answer of 5 ms lasts more than a second of the night: the shares are those of the system and of
this machine together, a little below what a real night would show.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from simulation.city.city import Chosen, City
from simulation.city.ground import Ground, load_ground
from simulation.city.people import People
from simulation.city.profile import share_between
from simulation.stories.stage import Stage, must
from simulation.stories.telling import seconds_between

CALLS_A_YEAR = 20_000
NIGHT = (time(21, 0), time(6, 0))
SEED = 135
PROMISED = {"assigned_at": 60.0, "on_scene_at": 180.0, "cleared_at": 300.0}
"""Seconds from the call's reception to the first police unit's step."""
WORDS = {"assigned_at": "assigned within 1 min", "on_scene_at": "there within 3 min", "cleared_at": "done within 5 min"}


@dataclass(frozen=True, slots=True)
class Served:
    """A call that was served. seconds: to each step of PROMISED, of the first police unit to take it."""

    grid_cell: str
    seconds: dict[str, float]


def share(served: Sequence[Served], step: str) -> float:
    """Of the served calls, those whose step came in the promised time."""
    return sum(one.seconds[step] <= PROMISED[step] for one in served) / len(served)


async def play(stage: Stage) -> None:
    """Play it; raises StoryFailed or Refused when the system does not do its part."""
    ground = load_ground(stage.areas, stage.area)
    hours = stage.hours or 9.0
    people = People(stage.addresses, stage.data, stage.area, "city")
    rate = CALLS_A_YEAR / 365.0 / 24.0
    begins = stage.begins or stage.clock.now()
    city = City(ground, people, stage.clock, Chosen(rate, seed=SEED, seconds=hours * 3600.0))
    night = share_between(*NIGHT) * CALLS_A_YEAR / 365.0
    stage.say(begins, "station", f"expects {night:.0f} calls in a night: {share_between(*NIGHT):.0%} of a day's")
    try:
        await stage.begin()
        tally = await city.live(asyncio.Event())
    finally:
        await people.close()
    ends = begins + timedelta(hours=hours)
    must(tally.reported > 0, "nobody called all night")
    must(not tally.wrong, f"commands were refused: {tally.wrong[:3]}")
    must(tally.ended == {"closed": tally.reported}, f"of {tally.reported} calls ended {tally.ended}")
    stage.say(ends, "city", f"{tally.reported} calls, all of them served and closed")
    served = await _served(stage, ground, begins, tally.reported)
    key = _key_cells(ground, begins)
    for place, some in (("all places", served), ("key places", [one for one in served if one.grid_cell in key])):
        if some:
            shares = ", ".join(f"{share(some, step):.0%} {words}" for step, words in WORDS.items())
            stage.say(ends, "1-3-5", f"{place} ({len(some)} calls): {shares}")
    must(share(served, "assigned_at") >= 0.9, "fewer than nine in ten calls were assigned within a minute")
    await _as_analytics_has_it(stage, begins, served)


def _key_cells(ground: Ground, at: datetime) -> frozenset[str]:
    """Where 1-3-5 is promised at this hour."""
    moment = at.astimezone(ground.area.tz).time()
    promised = (target for target in ground.area.duties.targets if target.handled_s == PROMISED["cleared_at"])
    return frozenset(cell for one in promised for cell in one.grid_cells if one.fits(cell, 1, moment))


async def _served(stage: Stage, ground: Ground, begins: datetime, calls: int) -> list[Served]:
    """Every call of the night with its times, as dispatch tells them."""
    desk = await stage.person("dispatcher")
    found: list[dict[str, Any]] = await desk.dispatch.incidents(stage.area, since=begins - timedelta(hours=1))
    must(len(found) == calls, f"dispatch lists {len(found)} incidents of {calls} calls")
    served = []
    for incident in found:
        seconds = {}
        for step in PROMISED:
            police = [one for one in incident["assignments"] if ground.teams[one["unit"]].police]
            taken = [one[step] for one in police if one.get(step)]
            must(taken, f"{incident['number']} was closed and no police unit has {step}")
            seconds[step] = seconds_between(incident["received_at"], min(taken))
        served.append(Served(incident["location"].get("grid_cell", ""), seconds))
    return served


async def _as_analytics_has_it(stage: Stage, begins: datetime, served: Sequence[Served]) -> None:
    """Analytics counts the same calls, and its quantiles are those of the log."""
    analyst = await stage.person("analyst")
    days = begins - timedelta(days=1), begins + timedelta(days=2)

    async def counted() -> dict[str, Any] | None:
        answer: dict[str, Any] = await analyst.analytics.json(
            "GET",
            "/v1/response-times",
            query={
                "area": stage.area,
                "from": days[0].isoformat(),
                "to": days[1].isoformat(),
                "segment": "received_to_on_scene",
            },
        )
        rows: list[dict[str, Any]] = answer["rows"]
        return rows[0] if rows and rows[0]["count"] == len(served) else None

    row = await stage.until("the night in analytics", counted)
    mean = sum(one.seconds["on_scene_at"] for one in served) / len(served)
    must(abs(row["mean_s"] - mean) < 1.0, f"analytics says {row['mean_s']} s to the scene, the log {mean:.1f} s")
    words = f"to the scene: mean {row['mean_s']:.0f} s, median {row['p50_s']:.0f} s, nine in ten {row['p90_s']:.0f} s"
    stage.say(begins + timedelta(hours=stage.hours or 9.0), "analytics", words)
