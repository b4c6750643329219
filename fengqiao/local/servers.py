"""Both local servers together: what tests, benchmarks and the supervisor start."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from fengqiao.local.document_store import DocumentStore
from fengqiao.local.jars import cache_folder
from fengqiao.local.kafka_server import KafkaServer


class LocalServers:
    """A real Kafka and a document store of one's own.

        async with LocalServers(folder) as servers:
            AIOKafkaProducer(bootstrap_servers=servers.bootstrap_servers)
            AsyncMongoClient(servers.mongodb_uri)
            await servers.kafka.kill()
            await servers.kafka.restart()

    data: folder for their data and logs; on the same folder they go on where they stopped. Port 0: any free
    one. Start them in a thread that lives as long as they should; any event loop may use them afterwards.
    """

    def __init__(self, data: Path, kafka_port: int = 0, mongodb_port: int = 0, *, cache: Path | None = None) -> None:
        cache = cache or cache_folder(os.environ)
        logs = data / "logs"
        self.kafka = KafkaServer(data / "kafka", logs, cache, kafka_port)
        self.store = DocumentStore(data / "documents", logs, cache, mongodb_port)

    @property
    def bootstrap_servers(self) -> str:
        """Kafka's address."""
        return self.kafka.bootstrap_servers

    @property
    def mongodb_uri(self) -> str:
        """The document store's address."""
        return self.store.uri

    async def start(self) -> None:
        """Start both at once; if one fails, the other is stopped and its error raised (see `errors`)."""
        results = await asyncio.gather(self.kafka.start(), self.store.start(), return_exceptions=True)
        if failures := [result for result in results if isinstance(result, BaseException)]:
            await self.stop()
            raise failures[0]

    async def stop(self) -> None:
        """Stop both in order."""
        await asyncio.gather(self.kafka.stop(), self.store.stop())

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
