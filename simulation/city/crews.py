"""All crews of a city: they follow the live stream, serve what they are given, report where they are, wait where they
are told to, go home or roam.

What a state record says counts: it holds the whole incident, a snapshot holds all of them, and a late one has a
smaller number. So a break of the line needs nothing of its own.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Final

from fengqiao.client import Refused
from fengqiao.runtime.clock import Clock
from simulation.city.crew import ROAMING_SPEED, Crew, Job, Mover, Order, Task
from simulation.city.duty import roster, shift_name
from simulation.city.ground import Ground, Matter, Team
from simulation.city.handling import Handling, Rules, handling
from simulation.city.people import People, patiently

WORKING: Final = ("assigned", "acknowledged", "en_route", "on_scene")
REPORT_EVERY: Final = 20.0
"""Seconds of the city between two reports of a crew that moves; never more often than LEAST_REAL."""
LEAST_REAL: Final = 0.5
STILL_HERE: Final = 200.0
"""Seconds of the city after which one that stands still says so: dispatch takes positions of 300 s for old."""
AT_ONCE: Final = 500


@dataclass
class Tally:
    """What became of it all. lawful: refusals because somebody decided otherwise meanwhile. wrong: the others."""

    reported: int = 0
    ended: dict[str, int] = field(default_factory=dict)
    lawful: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass
class Crews:
    """seed: for how they handle things. pace: how many times faster than the clock they live."""

    ground: Ground
    people: People
    clock: Clock
    rules: Rules
    seed: int
    pace: float
    tally: Tally
    on: dict[str, Crew] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)
    """Units that somebody else has signed on since: theirs, for as long as this city lives."""
    _orders: dict[str, tuple[int, Order | None]] = field(default_factory=dict)
    """Where each unit of the area is to wait, by the number of the state that says so."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def take_over(self) -> None:
        """Sign on whom the shift of this hour wants, and off who is free and not wanted any more."""
        now = self.clock.now()
        wanted = {id: team for id, team in roster(self.ground, now).items() if id not in self.released}
        shift = shift_name(self.ground, now)
        new = [id for id in wanted if id not in self.on]
        for id in new:
            self._come(Crew(wanted[id], self.mover(wanted[id])))
        await asyncio.gather(*(self._duty(id, on=True, shift=shift) for id in new))
        gone = [id for id, crew in self.on.items() if id not in wanted and crew.free]
        await asyncio.gather(*(self._sign_off(id) for id in gone))

    def _come(self, crew: Crew) -> None:
        """It is on duty, perhaps since before the city began: then an order of that time holds."""
        self.on[crew.team.id] = crew
        _, crew.order = self._orders.get(crew.team.id, (0, None))
        crew.rest(self.clock.now())

    async def _duty(self, unit: str, *, on: bool, **more: Any) -> None:
        desk = self.people.person("dispatcher").dispatch
        await patiently(lambda: desk.duty(unit, on=on, area=self.people.area, **more))

    async def _sign_off(self, unit: str) -> None:
        try:
            await self._duty(unit, on=False)
        except Refused:
            return  # it was sent somewhere in this moment
        self.on.pop(unit, None)

    def mover(self, team: Team) -> Mover:
        """A party of the team, at its home."""
        return Mover(team, self.ground.ways, self.clock, self.pace, team.home)

    def state(self, state: Mapping[str, Any]) -> None:
        """An incident as it is now."""
        for assignment in state["assignments"]:
            crew = self.on.get(assignment["unit"])
            if crew is None:
                continue
            id = assignment["id"]
            if assignment["status"] not in WORKING:
                self._stop(crew, id)
            elif id not in crew.jobs:
                self._begin(crew, Task.told(assignment, state), assignment["status"])
            elif (task := Task.told(assignment, state)).goal != crew.jobs[id][0].task.goal:
                crew.jobs[id][0].moved(task)

    def unit(self, state: Mapping[str, Any]) -> None:
        """A unit as it is now: an idle one goes where it is told to wait, at once."""
        unit, sequence = state["unit"], state["sequence"]
        if sequence <= self._orders.get(unit, (0, None))[0]:
            return
        order = Order.told(state)
        self._orders[unit] = sequence, order
        crew = self.on.get(unit)
        if crew is not None:
            crew.order = order
            if crew.free and order is not None:
                crew.rest(self.clock.now())

    def taken_by(self, unit: str, client: str) -> None:
        """Somebody has signed the unit on: when it is not the city, the crew is theirs."""
        if not client.startswith(self.people.client) and unit in self.on:
            crew = self.on.pop(unit)
            self.released.add(unit)
            for _, working in crew.jobs.values():
                working.cancel()

    def _begin(self, crew: Crew, task: Task, status: str) -> None:
        matter = self.ground.matters.get(task.code, Matter(task.code, None))
        plan = handling(self.seed, task.id, matter, self.rules, in_charge=task.role == "primary")
        mover = crew.mover if crew.free else self.mover(crew.team)
        job = Job(task, mover, self.people, crew.team.id, self.clock, self.pace)
        crew.jobs[task.id] = job, self._spawn(self._serve(crew, job, plan, WORKING.index(status)))

    def _stop(self, crew: Crew, assignment: str) -> None:
        """The assignment is over; its party may be amid it, or has just said so."""
        if (found := crew.jobs.pop(assignment, None)) is not None:
            if found[1] is not asyncio.current_task():
                found[1].cancel()
            if crew.free:
                crew.rest(self.clock.now())

    async def _serve(self, crew: Crew, job: Job, plan: Handling, done: int) -> None:
        while True:
            try:
                await job.serve(plan, done)
                break
            except Refused as refused:
                further = await self._further(job.task, done, refused)
            if further is None:
                break
            done = further
        self._stop(crew, job.task.id)

    async def _further(self, task: Task, done: int, refused: Refused) -> int | None:
        """After a no: how far the assignment has come where somebody reported for the crew; None where it is over.

        A no to what nobody else did is wrong.
        """
        desk = self.people.person("dispatcher").dispatch
        known = await patiently(lambda: desk.incident(task.incident))
        status = next((one["status"] for one in known["assignments"] if one["id"] == task.id), "unknown")
        if status not in WORKING:
            self.tally.lawful += 1
            return None
        if WORKING.index(status) > done:
            self.tally.lawful += 1
            return WORKING.index(status)
        self.tally.wrong.append(str(refused))
        return None

    async def report(self) -> None:
        """Say for ever where everybody is, and let those roam who have nothing to do."""
        random = Random(f"{self.seed}-roaming")
        while True:
            await self.clock.sleep(max(REPORT_EVERY / self.pace, LEAST_REAL * self.clock.speed))
            now = self.clock.now()
            for crew in self.on.values():
                if crew.team.roams and crew.idle(now):
                    crew.mover.head_for(self._somewhere_near(crew, random), ROAMING_SPEED)
            await self.tell_places(self._news())

    def _somewhere_near(self, crew: Crew, random: Random) -> tuple[float, float]:
        """A place in the community of the crew's beat."""
        beat = self.ground.index.locate(*crew.team.home)
        near = [place for place in self.ground.places if beat is None or place.grid_cell == beat.grid_cell]
        place = random.choice(near)
        return place.lon, place.lat

    def _news(self) -> list[Crew]:
        now = self.clock.now()
        old = now - timedelta(seconds=STILL_HERE / self.pace)
        return [
            crew
            for crew in self.on.values()
            if crew.told_at is None or crew.told_at < old or crew.mover.place() != crew.told_place
        ]

    async def tell_places(self, crews: list[Crew]) -> None:
        """Report where these are, as a gateway of many terminals does."""
        for begin in range(0, len(crews), AT_ONCE):
            await self._tell(crews[begin : begin + AT_ONCE])

    async def _tell(self, crews: list[Crew]) -> None:
        now = self.clock.now()
        places = [crew.mover.place() for crew in crews]
        fixes = [
            {"area": self.people.area, "unit": crew.team.id, "lon": lon, "lat": lat, "at": now.isoformat()}
            for crew, (lon, lat) in zip(crews, places, strict=True)
        ]
        await patiently(lambda: self.people.person("dispatcher").dispatch.positions(fixes))
        for crew, place in zip(crews, places, strict=True):
            crew.told_at, crew.told_place = now, place

    async def go_home(self, why: str) -> None:
        """Sign everybody off: those that still hold something decline it first."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _ in range(3):  # what one declines may be given to another of the city's
            await asyncio.gather(*(self._sign_off(unit) for unit in tuple(self.on)))
            if not self.on:
                return
            held = await self._held()
            await asyncio.gather(*(self._give_back(id, unit, why) for id, unit in held.items()))

    async def _held(self) -> dict[str, str]:
        """The assignments that the city's units hold, and whose each is."""
        units = await patiently(lambda: self.people.person("dispatcher").dispatch.units(self.people.area))
        return {id: unit["unit"] for unit in units if unit["unit"] in self.on for id in unit.get("assignments", ())}

    async def _give_back(self, assignment: str, unit: str, why: str) -> None:
        desk = self.people.person("dispatcher").dispatch
        try:
            await patiently(lambda: desk.step(assignment, "cancel", reason=why))
        except Refused:
            self.tally.lawful += 1

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
