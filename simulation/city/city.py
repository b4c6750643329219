"""The whole of it: calls that come, crews that serve, a desk; until it is told to stop."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from fengqiao.client import Refused
from fengqiao.runtime.clock import Clock
from simulation.city.calls import Call, calls
from simulation.city.crews import Crews, Tally
from simulation.city.desk import Desk
from simulation.city.ground import Ground
from simulation.city.handling import Rules
from simulation.city.people import People, patiently

DRAIN: Final = 2 * 3600.0
"""Seconds of the city within which crews end what is open when no more calls come; the rest is cancelled."""
LEAVE: Final = 9.0
"""Real seconds for taking leave."""
SHIFT_LOOK: Final = 60.0
ENDED: Final = ("closed", "cancelled", "merged")


@dataclass(frozen=True, slots=True)
class Chosen:
    """rate: calls in the mean hour of the day. pace: how many times faster than the clock the city lives: calls come
    and crews act that much quicker. seconds: of the city, for how long calls come; None: for ever."""

    rate: float
    pace: float = 1.0
    seed: int = 1
    seconds: float | None = None


def say_nothing(line: str) -> None:
    """For whoever wants no words."""


@dataclass
class City:
    ground: Ground
    people: People
    clock: Clock
    chosen: Chosen
    say: Callable[[str], None] = say_nothing
    tally: Tally = field(default_factory=Tally)
    _open: dict[str, int] = field(default_factory=dict)
    """Its own incidents that have not ended, and which call each was."""
    _states: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Everybody's incidents that have not ended."""
    _known: dict[str, int] = field(default_factory=dict)
    """The sequence of each incident's last state that was taken in."""
    _quiet: asyncio.Event = field(default_factory=asyncio.Event)
    _reporting: asyncio.Task[None] | None = None
    _crews: Crews | None = None
    _desk: Desk | None = None

    async def live(self, stop: asyncio.Event) -> Tally:
        """Until `stop`, or until the calls of the chosen time have been served. Everybody is off duty after it.

        Raises Refused where the services do not let it in.
        """
        desk = self.people.person("dispatcher").dispatch
        rules = Rules.told(await patiently(lambda: desk.handling(self.people.area)))
        chosen = self.chosen
        crews = self._crews = Crews(self.ground, self.people, self.clock, rules, chosen.seed, chosen.pace, self.tally)
        self._desk = Desk(self.people, self.clock, rules, crews, chosen.seed, chosen.pace)
        watching = asyncio.Event()
        follow = asyncio.create_task(self._follow(watching))
        tasks = [follow]
        try:
            await _first(watching.wait(), stop.wait(), follow)
            await crews.take_over()
            for state in self._states.values():
                crews.state(state)  # what its units hold from before
            await crews.tell_places(list(crews.on.values()))
            self.say(f"{len(crews.on)} units of {self.ground.area.name_en} are on duty")
            call = asyncio.create_task(self._call())
            tasks += [asyncio.create_task(crews.report()), asyncio.create_task(self._shifts(crews))]
            tasks.append(call)
            await _first(stop.wait(), call, *tasks[:3])
            if not stop.is_set():
                await self._serve_the_rest(stop)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._leave()
        return self.tally

    async def _serve_the_rest(self, stop: asyncio.Event) -> None:
        if self._open:
            self._quiet.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN / self.chosen.pace / self.clock.speed):
                    await _first(self._quiet.wait(), stop.wait())

    async def _leave(self) -> None:
        """Take back what is open, and sign everybody off; not for ever, where the services are gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE):
                await self._take_back()
                return
        self.say("the services do not answer: some units stay signed on")

    async def _take_back(self) -> None:
        if self._reporting is not None:
            await asyncio.gather(self._reporting, return_exceptions=True)
        await asyncio.gather(*(self._cancel(incident) for incident in tuple(self._open)))
        if self._desk is not None:
            await self._desk.stop()
        if self._crews is not None:
            await self._crews.go_home("the simulation ends")

    async def _cancel(self, incident: str) -> None:
        desk = self.people.person("dispatcher").dispatch
        try:
            await patiently(lambda: desk.cancel(incident, "test", "the simulation ends"))
        except Refused:
            self.tally.lawful += 1  # it has ended in this moment
        else:
            self.tally.ended["taken back"] = self.tally.ended.get("taken back", 0) + 1

    async def _call(self) -> None:
        """Report the calls as they come."""
        begin = self.clock.now()
        chosen = self.chosen
        system = f"city-{chosen.seed}-{begin:%Y%m%dT%H%M%S}"
        for call in calls(self.ground, chosen.seed, begin, chosen.rate):
            since = (call.at - begin).total_seconds()
            if chosen.seconds is not None and since > chosen.seconds:
                break
            moment = begin + timedelta(seconds=since / chosen.pace)
            await self.clock.sleep((moment - self.clock.now()).total_seconds())
            # Told to stop meanwhile, the city hears the answer first: what was accepted has to be taken back.
            self._reporting = asyncio.create_task(self._report(call, f"{system}-{call.number}", moment))
            await asyncio.shield(self._reporting)

    async def _report(self, call: Call, external_id: str, moment: datetime) -> None:
        place = {"address": call.address} if call.lon is None else {
            "address": call.address, "lon": call.lon, "lat": call.lat
        }  # fmt: skip
        accepted = await patiently(
            lambda: self.people.person("integrator").intake.report(
                area=self.people.area,
                external_id=external_id,
                category=call.category,
                reported_at=moment,
                location=place,
                description=f"{call.address}，{call.category}",
            )
        )
        incident = accepted["incident_id"]
        self.tally.reported += 1
        self._open[incident] = call.number
        self.say(f"call {call.number}: {call.category} at {call.address}")

    async def _shifts(self, crews: Crews) -> None:
        while True:
            await self.clock.sleep(SHIFT_LOOK / self.chosen.pace)
            await crews.take_over()

    async def _follow(self, watching: asyncio.Event) -> None:
        """The live stream, for ever; a snapshot first."""
        while True:
            stream = self.people.person("dispatcher").stream
            async for told in stream.follow(self.people.area):
                if told.type == "snapshot":
                    board = told.data["areas"].get(self.people.area, {})
                    for state in board.get("incidents", ()):
                        self._state(state)
                    for state in board.get("units", ()):
                        self._event("fengqiao.unit.state.v1", state)
                    watching.set()
                elif isinstance(told.data, dict) and isinstance(told.data.get("data"), dict):
                    self._event(told.data["type"], told.data["data"])

    def _event(self, type: str, data: Mapping[str, Any]) -> None:
        crews, desk = self._crews, self._desk
        if crews is None or desk is None:
            return
        match type:
            case "fengqiao.incident.state.v1":
                self._state(data)
            case "fengqiao.unit.state.v1":
                crews.unit(data)
            case "fengqiao.incident.opened.v1":
                desk.opened(data)
            case "fengqiao.unit.on-duty.v1" | "fengqiao.unit.off-duty.v1":
                crews.taken_by(data["unit"], (data.get("by") or {}).get("client", ""))

    def _state(self, state: Mapping[str, Any]) -> None:
        incident = state["incident_id"]
        if state["sequence"] <= self._known.get(incident, 0) or self._crews is None or self._desk is None:
            return
        self._known[incident] = state["sequence"]
        self._states[incident] = state
        self._crews.state(state)
        self._desk.state(state)
        if state["status"] not in ENDED:
            return
        del self._states[incident]
        if self._open.pop(incident, None) is not None:
            self.tally.ended[state["status"]] = self.tally.ended.get(state["status"], 0) + 1
            self.say(f"{state['number']} {state['status']}: {state['category']['name_en']}")
            if not self._open:
                self._quiet.set()


async def _first(*waits: Any) -> None:
    """Until one of them is done; what is a task goes on, and one that failed raises what it failed with."""
    futures = [asyncio.ensure_future(one) for one in waits]
    try:
        done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        for future in done:
            future.result()
    finally:
        for future, wait in zip(futures, waits, strict=True):
            if future is not wait:
                future.cancel()


def to_stdout(line: str) -> None:
    """A line for whoever watches."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
