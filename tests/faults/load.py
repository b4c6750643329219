"""A city's day in small, from outside: calls at a steady rate, crews that act on what they hear, a mediator.

Calls are sent when they are due, whether or not the ones before were answered. Some come twice, some with another
body under the same key, some are corrected; some crews find a dispute, and grid workers report others.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Coroutine, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from fengqiao.contracts import topics
from fengqiao.runtime import cloudevents
from fengqiao.runtime.consumer import new_consumer
from tests.awaiting import eventually
from tests.checker import Told
from tests.faults.attempts import Asking
from tests.faults.journal import ClientJournal, read_journal
from tests.faults.light_http import LightHttp, Pulse
from tests.system import System

AREA: Final = "gaoqiao"
UNITS: Final = ("YY", "DSC", *(f"P{n}" for n in range(1, 9)), *(f"R{n:02}" for n in range(1, 11)), "V01", "V37", "V45")
CATEGORIES: Final = ("brawl", "noise", "theft", "help", "unpaid_goods", "lost_property", "refund")
ALL_STEPS: Final = ("acknowledge", "en-route", "on-scene", "clear")
SHORT_STEPS: Final = ("on-scene", "clear")
STATES: Final[Mapping[str, str]] = {
    "acknowledge": "acknowledged",
    "en-route": "en_route",
    "on-scene": "on_scene",
    "clear": "cleared",
    "decline": "declined",
}


class Load:
    """Use as a context manager. dispatchers: the instances of dispatch that take commands.

    crews: whether units act on what they are told. disputes: whether crews find some and
    grid workers report others (mediation runs).
    """

    def __init__(
        self,
        system: System,
        seed: str,
        *,
        rate: float = 20.0,
        dispatchers: Sequence[str] = (),
        crews: bool = True,
        disputes: bool = True,
    ) -> None:
        self._system = system
        self._rng = random.Random(seed)
        self._rate = rate
        self._dispatchers = list(dispatchers) or [system.url("dispatch")]
        self._crews = crews
        self._disputes = disputes
        self._name = f"{self._rng.getrandbits(32):08x}"
        system.folder.mkdir(parents=True, exist_ok=True)
        self._journal = ClientJournal(system.folder / "client.jsonl")
        self.planted = (f"139{self._rng.randrange(10**8):08}", f"赵{self._name}")
        """A telephone number and a name that only intake may keep."""
        self.accepted: set[str] = set()
        self.heard: dict[str, str] = {}
        """Incident → what dispatch last said of it: opened, queued, assigned, ended."""
        self._refused: list[Told] = []
        self._taken_off: set[str] = set()
        """Assignments that dispatch ended by itself: diverted, timed out, given to a nearer unit."""
        self._acting: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: list[BaseException] = []

    async def __aenter__(self) -> Self:
        self._http, self._pulse = LightHttp(), Pulse()
        await self._pulse.__aenter__()
        self._asking = Asking(self._http, self._pulse, self._journal, self._rng)
        self._tokens = {
            role: self._system.token(role, client=f"load-{role}")
            for role in ("integrator", "dispatcher", "gridworker", "mediator")
        }
        self._following = asyncio.create_task(self._follow())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in (self._following, *self._tasks):
            task.cancel()
        await asyncio.gather(self._following, *self._tasks, return_exceptions=True)
        await self._pulse.__aexit__(kind, error, trace)
        self._http.close()
        self._journal.close()

    @property
    def refused(self) -> Sequence[Told]:
        """Steps that were refused; crews of this load ask for none that is not allowed, but they may not have heard
        yet that they were taken off."""
        return [one for one in self._refused if one.about.partition(" ")[0] not in self._taken_off]

    @property
    def told(self) -> Sequence[Told]:
        """All attempts so far."""
        return read_journal(self._journal.path)

    async def sign_on(self) -> None:
        """Sign the units on, one after the other."""
        for unit in UNITS:
            await self._duty(unit)

    async def run(self, incidents: int) -> None:
        """Send so many calls at the rate; return when each has been told that it is accepted."""
        began = time.time()
        for number in range(incidents):
            due = began + number / self._rate
            await asyncio.sleep(max(due - time.time(), 0))
            self._do(self._call(number, due))
            if self._disputes and number % 8 == 7:
                self._do(self._dispute(number))
        await self._all_told(incidents)

    async def _all_told(self, incidents: int) -> None:
        await eventually(lambda: self._sound() and len(self.accepted) >= incidents, within=150, what="all calls told")

    def undecided(self) -> set[str]:
        """Accepted, and neither assigned nor queued as far as the topic tells."""
        return {incident for incident in self.accepted if self.heard.get(incident) in (None, "opened")}

    async def quiet(self, within: float = 90.0) -> None:
        """Wait until every accepted incident has ended and nobody is about to ask for anything more."""

        def ended() -> bool:
            self._sound()
            return not self._tasks and all(self.heard.get(incident) == "ended" for incident in self.accepted)

        try:
            await eventually(ended, within=within, what="the end of every incident")
        except AssertionError as error:
            left = {incident: self.heard.get(incident) for incident in self.accepted}
            open_ = {incident: state for incident, state in left.items() if state != "ended"}
            some = dict(list(open_.items())[:5])
            raise AssertionError(f"{error}: {len(self._tasks)} still ask; not ended: {some}") from None

    def _sound(self) -> bool:
        if self._failed:
            raise self._failed[0]
        return True

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)

        def done(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                self._failed.append(error)

        task.add_done_callback(done)

    # --- calls

    async def _call(self, number: int, due: float) -> None:
        body = self._body(number)
        key: str = body["external_id"]
        post: dict[str, Any] = {"token": self._tokens["integrator"], "intended": due, "names": "incident_id"}
        url = f"{self._system.url('intake')}/v1/incidents"
        told = await self._asking.until_told("incident", key, "POST", [url], body, **post)
        if not told.accepted:
            raise AssertionError(f"a well-formed call was refused with {told.status}")
        self.accepted.add(told.answer)
        if number % 5 == 1:
            await self._asking.once("incident", key, "POST", url, body, **post)
        if number % 9 == 2:
            await self._asking.once("incident", key, "POST", url, {**body, "description": "别的话"}, **post)
        if number % 4 == 3:
            await self._asking.until_told(
                "change",
                f"{key}-more",
                "PATCH",
                [f"{url}/{told.answer}"],
                {"description": f"又说:{self.planted[1]}在门口"},
                token=self._tokens["integrator"],
                about=told.answer,
            )

    def _body(self, number: int) -> dict[str, Any]:
        phone, person = self.planted
        return {
            "area": AREA,
            "source": "110",
            "external_id": f"{self._name}-{number}",
            "category": self._rng.choice(CATEGORIES),
            "description": f"{person}报警,电话{phone}",
            "location": {
                "lon": round(self._rng.uniform(113.008, 113.05), 6),
                "lat": round(self._rng.uniform(28.168, 28.2), 6),
            },
            "caller": {"name": person, "phone": phone},
        }

    async def _dispute(self, number: int) -> None:
        await self._asking.until_told(
            "dispute",
            f"{self._name}-dispute-{number}",
            "POST",
            [f"{self._system.url('intake')}/v1/disputes"],
            {"kind": "noise", "area": AREA, "external_id": f"{self._name}-dispute-{number}", "origin": "screening"},
            token=self._tokens["gridworker"],
            names="case_id",
        )

    # --- crews and a mediator

    async def _duty(self, unit: str) -> None:
        await self._command(
            "duty", f"{self._name}-on-{unit}", "PUT", f"/v1/units/{unit}/duty?area={AREA}", {"on": True}
        )

    async def _command(
        self, what: str, key: str, method: str, path: str, body: Mapping[str, Any], about: str = ""
    ) -> Told:
        told = await self._asking.until_told(
            what,
            key,
            method,
            [f"{url}{path}" for url in self._dispatchers],
            body,
            token=self._tokens["dispatcher"],
            about=about,
            headers={"Prefer": "wait=2"},
            pending=lambda told: told.status == 202,
        )
        if not told.accepted:
            self._refused.append(told)
        return told

    async def _crew(self, assignment: str, primary: bool) -> None:
        chance = random.Random(f"{self._name}/{assignment}")
        if primary and assignment.endswith(".1") and chance.random() < 0.05:
            await self._step(assignment, "decline", {"reason": "车坏了"})
            return
        for verb in ALL_STEPS if chance.random() < 0.5 else SHORT_STEPS:
            body: dict[str, Any] = {}
            if verb == "clear":
                body = {"disposition": "当场调解"}
                if self._disputes and primary and chance.random() < 0.2:
                    body["dispute"] = {"kind": "noise"}
            if assignment in self._taken_off or not (await self._step(assignment, verb, body)).accepted:
                return

    async def _step(self, assignment: str, verb: str, body: Mapping[str, Any]) -> Told:
        path = f"/v1/assignments/{assignment}/{verb}"
        return await self._command("step", f"{assignment}-{verb}", "POST", path, body, f"{assignment} {STATES[verb]}")

    async def _mediator(self, case: str) -> None:
        url = f"{self._system.url('mediation')}/v1/cases/{case}/assess"
        await self._asking.until_told(
            "assess",
            f"{case}-assess",
            "POST",
            [url],
            {"grade": "yellow", "reason": f"{self.planted[1]}说话大声"},
            token=self._tokens["mediator"],
            about=case,
            headers={"If-Match": '"1"'},
        )

    # --- what is said

    async def _follow(self) -> None:
        """Hear `dispatch` and `mediation` from the start, and again from the start after any trouble."""
        partitions = [
            TopicPartition(f"{self._system.prefix}{topic.name}", number)
            for topic in (topics.DISPATCH, topics.MEDIATION)
            for number in range(topic.partitions)
        ]
        while True:
            consumer = new_consumer(self._system.bootstrap_servers, None)
            try:
                await consumer.start()
                consumer.assign(partitions)
                await consumer.seek_to_beginning(*partitions)
                while True:
                    for records in (await consumer.getmany(timeout_ms=500)).values():
                        for record in records:
                            self._hear(cloudevents.read(record.headers, record.value))
            except KafkaError:
                await asyncio.sleep(0.5)
            finally:
                with contextlib.suppress(Exception):
                    await consumer.stop()

    def _hear(self, event: cloudevents.CloudEvent) -> None:
        kind = topics.EVENTS[event.type]
        data: Any = kind.read(event.data)
        match event.type.removeprefix("fengqiao.").removesuffix(".v1"):
            case "incident.opened":
                self.heard.setdefault(data.incident_id, "opened")
            case "incident.queued":
                self._heard(data.incident_id, "queued")
            case "incident.closed" | "incident.cancelled" | "incident.feedback-due":
                self._heard(data.incident_id, "ended")
            case "assignment.assigned":
                self._heard(data.incident_id, "assigned")
                if self._crews and data.assignment_id not in self._acting:
                    self._acting.add(data.assignment_id)
                    self._do(self._crew(data.assignment_id, data.role == "primary"))
            case "assignment.diverted" | "assignment.timed-out" | "assignment.cancelled":
                self._taken_off.add(data.assignment_id)
            case "case.opened":
                if data.case_id not in self._acting and not data.settled_on_scene:
                    self._acting.add(data.case_id)
                    self._do(self._mediator(data.case_id))
            case _:
                pass

    def _heard(self, incident: str, what: str) -> None:
        """A repeat comes late; what has ended stays ended."""
        if self.heard.get(incident) != "ended":
            self.heard[incident] = what
