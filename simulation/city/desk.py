"""What the city's command room does by hand: steps of plans, forms that nobody gave, small cases that get solved."""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import timedelta
from random import Random
from typing import Any, Final

from fengqiao.client import Refused
from fengqiao.runtime.clock import Clock
from simulation.city.crews import Crews
from simulation.city.handling import Rules, final_form, known_result
from simulation.city.people import People, patiently

STEP_SECONDS: Final = (40.0, 150.0)
"""From the opening until merchants have broadcast, volunteers have their message."""
FORM_SECONDS: Final = 300.0
SOLVE_HOURS: Final = (1.0, 12.0)


class Desk:
    """Follows the city's incidents; what it has begun once, it does not begin again."""

    def __init__(self, people: People, clock: Clock, rules: Rules, crews: Crews, seed: int, pace: float) -> None:
        self._people = people
        self._clock = clock
        self._rules = rules
        self._crews = crews
        self._seed = seed
        self._pace = pace
        self._begun: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, event: Mapping[str, Any]) -> None:
        """An incident was opened: the steps of its plan that no unit does by coming."""
        for step in event.get("steps", ()):
            if step.get("role") is None:
                random = Random(f"{self._seed}-{event['incident_id']}-{step['id']}")
                self._later(
                    f"{event['incident_id']} {step['id']}",
                    random.uniform(*STEP_SECONDS),
                    self._step_done(event["incident_id"], step["id"]),
                )

    def state(self, state: Mapping[str, Any]) -> None:
        """An incident as it is now."""
        id = state["incident_id"]
        random = Random(f"{self._seed}-{id}")
        if state["status"] == "awaiting_feedback" and any(
            one["unit"] in self._crews.on for one in state["assignments"]
        ):
            said = [one["disposition"] for one in state["assignments"] if one.get("disposition")]
            result = known_result((*said, "无需处置"), self._rules)
            form = final_form(random, state["category"]["code"], result, self._rules)
            if form is not None:
                self._later(f"{id} form", FORM_SECONDS, self._form(id, form))
        case = state.get("small_case")
        if case is not None and case["status"] != "solved" and case["owner"] in self._crews.on:
            self._later(f"{id} solved", random.uniform(*SOLVE_HOURS) * 3600, self._solve(id))

    async def stop(self) -> None:
        """Leave undone what was for later."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _later(self, what: str, seconds: float, deed: Coroutine[Any, Any, None]) -> None:
        if what in self._begun:
            deed.close()
            return
        self._begun.add(what)

        async def then() -> None:
            try:
                await self._clock.sleep(timedelta(seconds=seconds / self._pace).total_seconds())
            except asyncio.CancelledError:
                deed.close()
                raise
            try:
                await deed
            except Refused:
                self._crews.tally.lawful += 1  # it ended, or somebody was quicker

        task = asyncio.create_task(then())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _step_done(self, incident: str, step: str) -> None:
        await patiently(lambda: self._people.person("dispatcher").dispatch.step_done(incident, step))

    async def _form(self, incident: str, form: dict[str, Any]) -> None:
        kind = form["kind"]
        rest = {name: value for name, value in form.items() if name != "kind"}
        await patiently(lambda: self._people.person("dispatcher").dispatch.feedback(incident, kind, **rest))

    async def _solve(self, incident: str) -> None:
        result = known_result(("已找回",), self._rules)
        await patiently(lambda: self._people.person("dispatcher").dispatch.solve_small_case(incident, result))
