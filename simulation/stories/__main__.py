"""Plays a story: `python -m simulation.stories S1 [--on-running] [--json]`. Exit status 0 when all of it came true.

Without --on-running it starts a system of its own: free ports, a fresh data folder, the story's own clock. --speed
plays it on a faster or slower clock than its own, --hours only the first hours of a night.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from fengqiao.client import ClientFault
from fengqiao.geo.areas import load_areas
from fengqiao.runtime.clock import open_clock
from fengqiao.runtime.settings import ServiceSettings
from simulation.addresses import addresses
from simulation.stories import s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, s12
from simulation.stories.own_system import START_SECONDS, OwnSystem
from simulation.stories.stage import Line, Stage, StoryFailed


@dataclass(frozen=True, slots=True)
class Story:
    title: str
    area: str
    begins: str
    """Domain time at which it begins, RFC 3339."""
    speed: float
    play: Callable[[Stage], Awaitable[None]]
    long: bool = False
    """Takes hours on a real clock: it is not played on a running system."""

    def clock(self, speed: float, lead: float) -> str:
        """As FENGQIAO_CLOCK takes it: `lead` real seconds before the story begins, at `speed`."""
        begins = datetime.fromisoformat(self.begins) - timedelta(seconds=lead * speed)
        return f"{begins.isoformat()},x{speed:g}"


STORIES: dict[str, Story] = {
    "S1": Story("The food-street brawl", "gaoqiao", "2024-10-30T22:23:00+08:00", 120, s1.play),
    "S2": Story("Unpaid goods", "gaoqiao", "2024-11-01T09:00:00+08:00", 480, s2.play),
    "S3": Story("A child is lost on the night market", "dongcheng", "2024-10-19T22:40:00+08:00", 60, s3.play),
    "S4": Story("A quarrel about a refund", "shilipu", "2024-05-12T20:15:00+08:00", 120, s4.play),
    "S5": Story("The square dance", "gaoqiao", "2024-09-10T07:30:00+08:00", 300_000, s5.play),
    "S6": Story("A red dispute", "yujin", "2024-04-18T09:00:00+08:00", 1200, s6.play),
    "S7": Story("A stolen motorcycle", "yujin", "2024-04-16T02:10:00+08:00", 60, s7.play),
    "S8": Story("A dispute about a price", "ciyin", "2024-05-20T14:00:00+08:00", 1800, s8.play),
    "S9": Story("A night of 1-3-5", "dongcheng", "2024-10-25T21:00:00+08:00", 240, s9.play, long=True),
    "S10": Story("A lost phone", "shilipu", "2024-05-21T10:05:00+08:00", 720, s10.play),
    "S11": Story("A grid worker finds a quarrel", "ciyin", "2024-05-22T09:30:00+08:00", 600, s11.play),
    "S12": Story("The daily check-in calls", "yujin", "2024-04-19T08:30:00+08:00", 3600, s12.play),
}


async def play(
    story: Story, settings: ServiceSettings, *, in_haste: bool, hours: float | None = None
) -> tuple[list[Line], str | None]:
    """The timeline, and what went wrong (None: nothing). hours: how much of a long story."""
    clock = open_clock(settings.data, settings.clock_setting)
    begins = None if in_haste else datetime.fromisoformat(story.begins)
    async with Stage(
        addresses(settings), settings.data, story.area, clock, in_haste, begins, settings.areas, hours
    ) as stage:
        try:
            await story.play(stage)
        except (StoryFailed, ClientFault) as error:
            return stage.lines, str(error)
        return stage.lines, None


def show(name: str, story: Story, lines: list[Line], problem: str | None, areas: Path, as_json: bool) -> None:
    """Print the timeline in the area's local time."""
    zone = load_areas(areas)[story.area].tz
    ordered = sorted(lines, key=lambda line: line.at)
    if as_json:
        rows = [{"at": line.at, "who": line.who, "what": line.what} for line in ordered]
        sys.stdout.buffer.write(orjson.dumps({"story": name, "problem": problem, "timeline": rows}) + b"\n")
        return
    sys.stdout.write(f"\n{name}  {story.title}\n")
    first: datetime | None = ordered[0].at if ordered else None
    for line in ordered:
        since = 0.0 if first is None else (line.at - first).total_seconds()
        sys.stdout.write(f"  {line.at.astimezone(zone):%H:%M:%S}  +{since:>5.0f} s  {line.who:<10} {line.what}\n")
    sys.stdout.write(f"{name} failed: {problem}\n\n" if problem else f"{name} came true.\n\n")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="simulation.stories", description="Play a story.")
    parser.add_argument("story", choices=list(STORIES))
    parser.add_argument("--on-running", action="store_true", help="on the running system, at the present hour")
    parser.add_argument("--speed", type=float, help="domain seconds in a real one, instead of the story's own")
    parser.add_argument("--hours", type=float, help="only the first hours of a night (S9)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen: Any = parser.parse_args(arguments)
    story = STORIES[chosen.story]
    settings = ServiceSettings.load_or_exit()
    if chosen.on_running:
        if story.long:
            parser.error(f"{chosen.story} takes a whole night on a running system: play it without --on-running")
        lines, problem = asyncio.run(play(story, settings, in_haste=True))
    else:
        clock = story.clock(chosen.speed or story.speed, START_SECONDS)
        with OwnSystem(settings, clock) as own:
            lines, problem = asyncio.run(play(story, own.settings, in_haste=False, hours=chosen.hours))
    show(chosen.story, story, lines, problem, settings.areas, chosen.json)
    return 1 if problem else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
