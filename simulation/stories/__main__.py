"""Plays a story: `python -m simulation.stories S1 [--on-running] [--json]`. Exit status 0 when all of it came true.

Without --on-running it starts a system of its own: free ports, a fresh data folder, the story's own clock.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from fengqiao.client import Addresses, ClientFault
from fengqiao.geo.areas import load_areas
from fengqiao.runtime.clock import open_clock
from fengqiao.runtime.settings import ServiceSettings
from simulation.stories import s1
from simulation.stories.own_system import OwnSystem
from simulation.stories.stage import Line, Stage, StoryFailed


@dataclass(frozen=True, slots=True)
class Story:
    title: str
    area: str
    begins: str
    """Domain time at which it begins, RFC 3339."""
    speed: float
    play: Callable[[Stage], Awaitable[None]]


STORIES: dict[str, Story] = {
    "S1": Story("The food-street brawl", "gaoqiao", "2024-10-30T22:23:00+08:00", 120, s1.play),
}


def addresses(settings: ServiceSettings) -> Addresses:
    return Addresses(
        settings.url("commandroom"),
        settings.url("intake"),
        settings.url("dispatch"),
        settings.url("mediation"),
        settings.url("analytics"),
    )


async def play(story: Story, settings: ServiceSettings, *, in_haste: bool) -> tuple[list[Line], str | None]:
    """The timeline, and what went wrong (None: nothing)."""
    clock = open_clock(settings.data, settings.clock_setting)
    async with Stage(addresses(settings), settings.data, story.area, clock, in_haste) as stage:
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
    parser.add_argument("story", choices=sorted(STORIES))
    parser.add_argument("--on-running", action="store_true", help="on the running system, at the present hour")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen: Any = parser.parse_args(arguments)
    story = STORIES[chosen.story]
    settings = ServiceSettings.load_or_exit()
    if chosen.on_running:
        lines, problem = asyncio.run(play(story, settings, in_haste=True))
    else:
        with OwnSystem(settings, f"{story.begins},x{story.speed:g}") as own:
            lines, problem = asyncio.run(play(story, own.settings, in_haste=False))
    show(chosen.story, story, lines, problem, settings.areas, chosen.json)
    return 1 if problem else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
