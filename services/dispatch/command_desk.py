"""Commands on their way: from a request to Kafka, and the wait for what became of them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fengqiao.contracts.commands import Command
from fengqiao.contracts.positions import UnitPosition
from fengqiao.contracts.topics import DISPATCH_COMMANDS, UNIT_POSITIONS
from fengqiao.runtime import telemetry
from fengqiao.runtime.cloudevents import CloudEvent
from fengqiao.runtime.documents import Collection, Document
from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.groups import GroupCommit
from fengqiao.runtime.problems import Unavailable
from fengqiao.runtime.publisher import Outgoing, Publisher

SOURCE: Final = "dispatch"
POSITIONS_SOURCE: Final = "dispatch-positions"
"""Positions have the subjects of unit states and count otherwise: another source makes them streams of their own."""
APART_S: Final = 0.01
"""Real seconds between two requests: each costs Kafka and its readers as much for one record as for ten."""
_LOOK_EVERY: Final = (0.02, 0.04, 0.08, 0.15, 0.25)
"""Seconds between looks for a result that another instance decides."""
_LOOK_HERE: Final = (0.1, 0.5)
"""The same for one that is decided here and told as soon as it is: what was decided before nobody tells again."""


class CommandDesk:
    """Sends commands to the writer of their area, wherever it runs, and waits for their results.

    decides: whether a partition's writers are in this process.
    """

    def __init__(
        self,
        publisher: Publisher,
        commands: Collection,
        partitions: Mapping[str, int],
        prefix: str,
        decides: Callable[[int], bool],
    ) -> None:
        self._publisher = publisher
        self._requests: GroupCommit[Sequence[Outgoing], None] = GroupCommit(self._request, lanes=1, apart=APART_S)
        self._commands = commands
        self._partitions = partitions
        self._prefix = prefix
        self._decides = decides
        self._waiting: dict[str, list[asyncio.Future[Mapping[str, Any]]]] = {}

    def decided(self, result: Mapping[str, Any]) -> None:
        """The writer in this process tells what became of a command."""
        for future in self._waiting.pop(str(result["command_id"]), ()):
            if not future.done():
                future.set_result(result)

    def awaits(self, command_id: str) -> bool:
        """Whether anybody waits here for what becomes of it."""
        return command_id in self._waiting

    async def send(self, command: Command, wait: float) -> Mapping[str, Any] | None:
        """Publish the command; its result if there is one within `wait` seconds from now. Raises Unavailable."""
        deadline = asyncio.get_running_loop().time() + wait
        record = self._record(command)
        if wait <= 0:
            await self._publish(record)
            return None
        future: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(command.command_id, [])
        waiting.append(future)
        try:
            await self._publish(record)
            return await self._result(command, future, deadline)
        finally:
            if future in waiting:
                waiting.remove(future)
            if not waiting:
                self._waiting.pop(command.command_id, None)

    def _record(self, command: Command) -> Outgoing:
        return Outgoing(
            topic=f"{self._prefix}{DISPATCH_COMMANDS.name}",
            key=command.area,
            partition=self._partitions[command.area],
            event=CloudEvent(
                type=command.TYPE,
                source=SOURCE,
                subject=command.command_id,
                sequence=1,
                time=command.received_at,
                data=command.wire(),
                traceparent=telemetry.traceparent(),
            ),
        )

    async def _result(
        self, command: Command, future: "asyncio.Future[Mapping[str, Any]]", deadline: float
    ) -> Mapping[str, Any] | None:
        here = self._decides(self._partitions[command.area])
        looks = iter(_LOOK_HERE if here else _LOOK_EVERY)
        every = next(looks)
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            done, _ = await asyncio.wait({future}, timeout=min(every, left))
            if done:
                return future.result()
            every = next(looks, every)
            try:
                # A store that is slow to say no must not make the answer later than was asked for.
                async with asyncio.timeout_at(deadline):
                    found = await self._commands.get(command.command_id)
            except TimeoutError:
                return None
            if found is not None:
                return found
        return None

    async def result(self, command_id: str) -> Document | None:
        """What became of a command, or None where nothing is known of it (yet)."""
        return await self._commands.get(command_id)

    async def moved(self, positions: Sequence[UnitPosition]) -> None:
        """Publish where units are. Raises Unavailable."""
        trace = telemetry.traceparent()
        await self._publish(*(self._position(position, trace) for position in positions))

    def _position(self, position: UnitPosition, trace: str | None) -> Outgoing:
        key = f"{position.area}/{position.unit}"
        return Outgoing(
            topic=f"{self._prefix}{UNIT_POSITIONS.name}",
            key=key,
            partition=self._partitions[position.area],
            event=CloudEvent(
                type=position.TYPE,
                source=POSITIONS_SOURCE,
                subject=key,
                sequence=max(int(position.at.timestamp() * 1000), 1),
                time=position.received_at,
                data=position.wire(),
                traceparent=trace,
            ),
        )

    async def _publish(self, *records: Outgoing) -> None:
        try:
            await self._requests.submit(records)
        except KafkaUnavailable as error:
            raise Unavailable(
                "Kafka does not take commands just now: say it by radio, and send this again.", retry_after=2
            ) from error

    async def _request(self, together: Sequence[Sequence[Outgoing]]) -> Sequence[None]:
        await self._publisher.publish_in_order([record for records in together for record in records])
        return [None] * len(together)

    async def stop(self) -> None:
        """Send what waits, and nothing after that."""
        await self._requests.drain()
