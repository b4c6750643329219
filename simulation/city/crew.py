"""One unit of the city: where it is, where it is to wait, and how a party of it serves an assignment from reading it to
the clear."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from fengqiao.runtime.clock import Clock
from simulation.city.ground import Team
from simulation.city.handling import Handling
from simulation.city.people import People, patiently
from simulation.ways import LonLat, NoWay, Way, Ways

ROAMING_SPEED: Final = 0.4
"""Of an emergency vehicle's: how fast one goes who only looks around."""
STANDBY_SPEED: Final = 0.6
"""Of an emergency vehicle's: how fast one goes to where it is to wait. Dispatch takes twice the way's seconds, and five
minutes, for its being under way."""


@dataclass(frozen=True, slots=True)
class Order:
    """Where a unit is to wait, and until when."""

    point: str
    place: LonLat
    until: datetime

    @classmethod
    def told(cls, unit: Mapping[str, Any]) -> "Order | None":
        """Of a unit's state; None where it is not to wait anywhere."""
        standby = unit.get("standby")
        if standby is None:
            return None
        place = standby["place"]
        until = datetime.fromisoformat(standby["until"])
        return cls(standby["point"], (float(place["lon"]), float(place["lat"])), until)


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment as its crew reads it. goal: where the incident is; None while nobody knows."""

    id: str
    incident: str
    role: str
    code: str
    assigned_at: datetime
    goal: LonLat | None

    @classmethod
    def told(cls, assignment: Mapping[str, Any], incident: Mapping[str, Any]) -> "Task":
        """Of an assignment in an incident's state."""
        place = incident["location"]
        goal = None if place.get("lon") is None else (float(place["lon"]), float(place["lat"]))
        return cls(
            assignment["id"],
            incident["incident_id"],
            assignment["role"],
            incident["category"]["code"],
            datetime.fromisoformat(assignment["assigned_at"]),
            goal,
        )


class Mover:
    """Somebody on the way. pace: how many times faster than the clock the city lives."""

    def __init__(self, team: Team, ways: Ways, clock: Clock, pace: float, place: LonLat) -> None:
        self._team = team
        self._ways = ways
        self._clock = clock
        self._pace = pace
        self._way = Way((place, place), (0.0, 0.0))
        self._set_off = clock.now()
        self._speed = 1.0
        self._turned = asyncio.Event()

    def _since(self) -> float:
        return (self._clock.now() - self._set_off).total_seconds() * self._pace * self._speed

    def place(self) -> LonLat:
        """Where it is now."""
        return self._way.at(self._since())

    def left(self) -> float:
        """Seconds of the clock until it is there; 0 or less when it is."""
        return (self._way.seconds - self._since()) / self._pace / self._speed

    def head_for(self, goal: LonLat, speed: float = 1.0) -> None:
        """Go there from where it is, at that share of an emergency's speed. Where no road leads, it stays."""
        if self._way.places[-1] == goal and (self.left() <= 0 or self._speed == speed):
            return
        try:
            way = self._ways.redirected(self._way, self._since(), goal, self._team.mode, self._team.speed_factor)
        except NoWay:
            way = Way((self.place(), self.place()), (0.0, 0.0))
        self._way, self._set_off, self._speed = way, self._clock.now(), speed
        self._turned.set()

    async def arrive(self) -> None:
        """Until it is at its goal, also when that changes meanwhile."""
        while (left := self.left()) > 0:
            self._turned.clear()
            turned = asyncio.ensure_future(self._turned.wait())
            try:
                await asyncio.wait({turned}, timeout=left / self._clock.speed)
            finally:
                turned.cancel()


class Job:
    """A party of a unit on one assignment. task: changes when the incident moves."""

    def __init__(self, task: Task, mover: Mover, people: People, unit: str, clock: Clock, pace: float) -> None:
        self.task = task
        self.mover = mover
        self.on_the_way = False
        self._people = people
        self._unit = unit
        self._clock = clock
        self._pace = pace

    def moved(self, task: Task) -> None:
        """The incident is elsewhere now."""
        self.task = task
        if self.on_the_way and task.goal is not None:
            self.mover.head_for(task.goal)

    async def serve(self, plan: Handling, done: int) -> None:
        """Bring it to its end. done: steps taken before, 0 … 3. Raises Refused when a step is refused."""
        if done < 1:
            await self._until(self.task.assigned_at, plan.read)
            await self._step("acknowledge")
        if done < 2:
            await self._until(self.task.assigned_at, plan.read + plan.leave)
        if done < 3:
            # It drives from now, not from when the answer comes: an answer takes seconds on a fast clock.
            self.on_the_way = True
            if self.task.goal is not None:
                self.mover.head_for(self.task.goal)
            if done < 2:
                await self._step("en-route")
            await self.mover.arrive()
            self.on_the_way = False
            arrived = self._clock.now()
            await self._step("on-scene")
        else:
            arrived = self._clock.now()
        await self._until(arrived, plan.scene)
        more: dict[str, Any] = {}
        if plan.dispute is not None:
            more["dispute"] = plan.dispute
        if plan.form is not None:
            more["feedback"] = plan.form
        await self._step("clear", disposition=plan.disposition, **more)

    async def _step(self, verb: str, **body: Any) -> None:
        await patiently(lambda: self._people.person("crew", self._unit).dispatch.step(self.task.id, verb, **body))

    async def _until(self, begin: datetime, seconds: float) -> None:
        """Until so many of the city's seconds after `begin`."""
        moment = begin + timedelta(seconds=seconds / self._pace)
        await self._clock.sleep((moment - self._clock.now()).total_seconds())


@dataclass
class Crew:
    """A unit on duty. mover: whose place its terminal reports."""

    team: Team
    mover: Mover
    jobs: dict[str, tuple[Job, asyncio.Task[None]]] = field(default_factory=dict)
    """By assignment. A unit that may hold several sends a party to each."""
    told_at: datetime | None = None
    """When its position was last reported."""
    told_place: LonLat | None = None
    order: Order | None = None
    """Where it was last told to wait."""

    @property
    def free(self) -> bool:
        return not self.jobs

    def idle(self, now: datetime) -> bool:
        """Free, not on its way anywhere, and not told to wait where it is."""
        return self.free and self.mover.left() <= 0 and not self.waits(now)

    def waits(self, now: datetime) -> bool:
        """Whether an order to wait somewhere holds."""
        return self.order is not None and now < self.order.until

    def rest(self, now: datetime) -> None:
        """Nothing to do any more: to where it is to wait, or home, unless it roams."""
        if self.order is not None and self.waits(now):
            self.mover.head_for(self.order.place, STANDBY_SPEED)
        elif not self.team.roams:
            self.mover.head_for(self.team.home)
