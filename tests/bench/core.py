"""How long one decision takes, without Kafka, store or network: `python -m tests.bench.core [--data FOLDER]`.

A board with units that move and open incidents, on a road network of 50,000 nodes (generated; or Edmonton's, where
FOLDER has `edmonton/`). Each round some units have moved, and a new call is decided: opening it, choosing for each
role of a brawl's plan, the reasons. The board is not kept, so every round starts from the same one.
"""

import argparse
import csv
import gzip
import json
import platform
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

import numpy as np

from fengqiao.contracts import commands, ids
from fengqiao.contracts.dispatch import Wanted
from fengqiao.contracts.incidents import IncidentReported
from fengqiao.contracts.model import Actor, Category, Location
from fengqiao.contracts.plans import Targets
from fengqiao.contracts.positions import UnitPosition
from fengqiao.geo.roads import RoadNetwork
from services.dispatch.domain.board import Board
from services.dispatch.domain.decide import happenings
from services.dispatch.domain.forces import Forces, Kind, Unit
from services.dispatch.domain.matching import Context
from services.dispatch.domain.messages import Asked, Heard, Message, Tick
from services.dispatch.domain.plans import Plan, TargetRule, When
from services.dispatch.positions import Positions

AREA = "bench"
SIDE = 100
PARTS = 3
STEP_METRES = 60.0
START = datetime(2024, 10, 30, 14, 0, tzinfo=UTC)
OPEN_INCIDENTS = 50
MOVED_A_ROUND = 5


def generated(rng: random.Random) -> RoadNetwork:
    """SIDE × SIDE crossings, and each street between two of them in PARTS pieces, as a drawn road is: most nodes of
    a real network are bends."""
    lon = [113.0 + column * PARTS * STEP_METRES / 98_000 for _ in range(SIDE) for column in range(SIDE)]
    lat = [28.0 + row * PARTS * STEP_METRES / 111_195 for row in range(SIDE) for _ in range(SIDE)]
    tail, head, seconds = [], [], []
    for node in range(SIDE * SIDE):
        row, column = divmod(node, SIDE)
        for other in (node + 1 if column + 1 < SIDE else None, node + SIDE if row + 1 < SIDE else None):
            if other is None:
                continue
            pace = STEP_METRES / rng.uniform(6, 16)
            way = [node, *range(len(lon), len(lon) + PARTS - 1), other]
            for part in range(1, PARTS):
                lon.append(lon[node] + (lon[other] - lon[node]) * part / PARTS)
                lat.append(lat[node] + (lat[other] - lat[node]) * part / PARTS)
            for one, next_one in pairwise(way):
                tail += [one, next_one]
                head += [next_one, one]
                seconds += [pace, pace * rng.uniform(0.9, 1.2)]
    return RoadNetwork(lon, lat, tail, head, [STEP_METRES] * len(tail), seconds)


def edmonton(folder: Path) -> RoadNetwork:
    def rows(name: str) -> list[dict[str, str]]:
        text = gzip.decompress((folder / "edmonton" / name).read_bytes()).decode("utf-8")
        return list(csv.DictReader(text.splitlines()))

    nodes, arcs = rows("nodes.csv.gz"), rows("arcs.csv.gz")
    number = {row["node"]: index for index, row in enumerate(nodes)}
    seconds = [float(arc["travel_s"]) for arc in arcs]
    return RoadNetwork(
        [float(row["lon"]) for row in nodes],
        [float(row["lat"]) for row in nodes],
        [number[arc["from_node"]] for arc in arcs],
        [number[arc["to_node"]] for arc in arcs],
        [each * 10 for each in seconds],
        seconds,
    )


def forces_of(units: int, roads: RoadNetwork, rng: random.Random) -> Forces:
    """A tenth posts, the rest patrols and volunteers; a brawl's plan with all timers."""
    kinds = [
        Kind("post", "警务点", "Post", True, 2, 1.0),
        Kind("patrol", "巡逻组", "Patrol", True, 1, 1.0),
        Kind("volunteer", "义警", "Volunteers", False, 1, 1.0, on_foot=True),
    ]
    roster = {}
    for number in range(units):
        kind = kinds[0 if number % 10 == 0 else 1 if number % 10 < 7 else 2]
        node = rng.randrange(roads.node_count)
        home = float(roads.lon[node]), float(roads.lat[node])
        roster[f"U{number}"] = Unit(f"U{number}", f"U{number}", kind, "组", "Unit", home, None)
    wanted = tuple(
        Wanted(role=role, kinds=(kind,), count=1, rule="nearest", required=role != "first_response")
        for role, kind in (("primary", "post"), ("first_response", "volunteer"), ("support", "patrol"))
    )
    targets = Targets(assigned=60, acknowledge=60, en_route=120, on_scene=300, handled=3600)
    return Forces(
        AREA,
        roster,
        {"brawl": Plan("brawl", When(("02",)), wanted), "one": Plan("one", When(), wanted[2:])},
        "one",
        target_rules=(TargetRule("all", When(), targets),),
    )


class Bench:
    """One area of `units` units with OPEN_INCIDENTS open incidents, a part of them with crews on their way."""

    def __init__(self, units: int, roads: RoadNetwork, seed: int) -> None:
        self._rng = random.Random(seed)
        self._roads = roads
        self.forces = forces_of(units, roads, self._rng)
        self.positions = Positions(self.forces, roads)
        self.board = Board(AREA)
        self.now = START
        for unit in self.forces.units:
            self.take(Asked(self._command(commands.SetDuty, unit=unit, on=True)))
        for number in range(OPEN_INCIDENTS):
            self.take(Heard(self.report(f"open-{number}", "020301" if number % 5 == 0 else "06"), 1))
        for incident in list(self.board.incidents.values())[::2]:
            for sent in incident.active:
                self.take(Asked(self._command(commands.EnRoute, assignment_id=sent.id)))

    def _command(self, kind: type[commands.Command], **more: Any) -> commands.Command:
        by = Actor(client="bench", role="dispatcher")
        command_id = ids.command_id("bench", str(self._rng.random()))
        return kind(command_id=command_id, area=AREA, by=by, received_at=self.now, **more)

    def report(self, name: str, category: str, priority: int = 2) -> IncidentReported:
        node = self._rng.randrange(self._roads.node_count)
        return IncidentReported(
            incident_id=ids.incident_id(AREA, ids.digest(name)),
            area=AREA,
            source="110",
            category=Category(code=category, name_zh="类", name_en="Kind", version="b1"),
            priority=priority,
            location=Location(lon=float(self._roads.lon[node]), lat=float(self._roads.lat[node])),
            reported_at=self.now,
            received_at=self.now,
        )

    def take(self, message: Message, *, keep: bool = True) -> tuple[float, float]:
        """Decide it; how many seconds that took, by the clock and of the processor."""
        context = Context(self.now, self.forces, self.positions.at(self.now))
        began, worked = time.perf_counter(), time.thread_time()
        then = happenings(self.board, message, context)
        took = time.perf_counter() - began, time.thread_time() - worked
        if keep:
            self.board = then.board
        return took

    def move(self) -> None:
        """A few units drive on."""
        self.now += timedelta(milliseconds=100)
        for unit in self._rng.sample(sorted(self.forces.units), MOVED_A_ROUND):
            node = self._rng.randrange(self._roads.node_count)
            lon, lat = float(self._roads.lon[node]), float(self._roads.lat[node])
            self.positions.moved(
                UnitPosition(area=AREA, unit=unit, lon=lon, lat=lat, at=self.now, received_at=self.now)
            )

    def decisions(self, rounds: int, category: str, *, moving: bool) -> list[tuple[float, float]]:
        taken = []
        for number in range(rounds + 20):
            if moving:
                self.move()
            message = Heard(self.report(f"{category}-{number}-{moving}", category), 1)
            taken.append(self.take(message, keep=False))
        return taken[20:]

    def ticks(self, incidents: int, rounds: int) -> list[tuple[float, float]]:
        """Ticks over a board of so many open incidents of which nothing is due."""
        self.now += timedelta(days=400)
        for number in range(incidents):
            self.take(Heard(self.report(f"many-{number}", "06"), 1))
            self.now += timedelta(milliseconds=10)
        self.take(Tick())
        return [self.take(Tick(), keep=False) for _ in range(rounds)]


def row(taken: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Milliseconds. On a machine that does other things too the processor's are the truer ones."""
    clock, processor = (np.array(some) * 1000 for some in zip(*taken, strict=True))
    shares = (50, 99)
    return {f"p{share}": round(float(np.percentile(clock, share)), 3) for share in shares} | {
        f"cpu_p{share}": round(float(np.percentile(processor, share)), 3) for share in shares
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.core", description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder that holds edmonton/")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--out", type=Path, default=Path("build") / "bench-core.json")
    given = parser.parse_args()
    roads = generated(random.Random(1)) if given.data is None else edmonton(given.data)
    began = time.perf_counter()
    roads.warm_up()
    found: dict[str, Any] = {
        "machine": f"{platform.machine()} {platform.python_version()}",
        "network": "edmonton" if given.data else "generated",
        "nodes": roads.node_count,
        "arcs": roads.arc_count,
        "span_km": round(hypot(np.ptp(roads.lon) * 98, np.ptp(roads.lat) * 111), 1),
        "index_s": round(time.perf_counter() - began, 2),
    }
    for units in (200, 2000):
        bench = Bench(units, roads, seed=units)
        for name, category in (("one unit", "06"), ("a brawl's three", "020301")):
            for moving in (False, True):
                label = f"{units} units, {name}{', units moving' if moving else ''}"
                found[label] = row(bench.decisions(given.rounds, category, moving=moving))
    found["tick, 3000 open"] = row(Bench(200, roads, seed=3).ticks(3000, 200))
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=1), encoding="utf-8")
    for name, value in found.items():
        print(f"{name:<42} {value}")


if __name__ == "__main__":
    main()
