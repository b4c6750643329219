"""Records that come close together go to Kafka together: the first at once, those after it in the next request."""

import asyncio
from collections.abc import Sequence
from typing import Final

from fengqiao.runtime.background import ended
from fengqiao.runtime.errors import KafkaUnavailable
from fengqiao.runtime.publisher import Outgoing, Publisher

APART_S: Final = 0.01
"""Real seconds between two requests: each costs Kafka and its readers as much for one record as for ten."""


class Gathering:
    """In front of a publisher, for records of which none waits for another's acknowledgement."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._next: list[tuple[Sequence[Outgoing], asyncio.Future[None]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Send them, in this order. Raises KafkaUnavailable; they may be there all the same."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._next.append((records, done))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        await done

    async def stop(self) -> None:
        """Send nothing more; whoever still waits is told."""
        await ended(self._sending)
        self._tell(self._next, KafkaUnavailable("the service stops"))

    async def _send(self) -> None:
        while self._next:
            taken, self._next = self._next, []
            met: KafkaUnavailable | None = KafkaUnavailable("the service stops")
            try:
                await self._publisher.publish_in_order([record for records, _ in taken for record in records])
                met = None
            except KafkaUnavailable as error:
                met = error
            finally:
                self._tell(taken, met)
            await asyncio.sleep(APART_S)
        self._sending = None

    @staticmethod
    def _tell(those: Sequence[tuple[Sequence[Outgoing], "asyncio.Future[None]"]], met: KafkaUnavailable | None) -> None:
        for _, done in those:
            if done.done():
                continue  # whoever asked has gone
            if met is None:
                done.set_result(None)
            else:
                done.set_exception(met)
