"""Somebody who watches the live stream while a story is played, and can say what was told."""

import asyncio
import contextlib
from collections.abc import Collection
from typing import Any

from simulation.stories.stage import Stage, StoryFailed


class Witness:
    """Follows the stream of the stage's area from before the story begins."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._heard: list[dict[str, Any]] = []
        self._watching = asyncio.Event()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.count = 0

    async def __aenter__(self) -> "Witness":
        self._task = asyncio.create_task(self._follow())
        try:
            async with asyncio.timeout(20):
                await self._watching.wait()
        except TimeoutError:
            raise StoryFailed("the command room's stream did not begin with a snapshot within 20 s") from None
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        subscriber = await self._stage.person("subscriber")
        async for told in subscriber.stream.follow(self._stage.area):
            if told.type == "snapshot":
                self._watching.set()
                continue
            if isinstance(told.data, dict) and isinstance(told.data.get("data"), dict):
                self._heard.append(told.data)
                self._news.set()

    async def heard_all(self, incident: str, case_id: str, types: Collection[str], within: float = 10.0) -> set[str]:
        """Which of the types were not told of this incident or case, at the latest after `within` real seconds."""

        def mine() -> list[dict[str, Any]]:
            about = (incident, case_id)
            return [
                event
                for event in self._heard
                if event["data"].get("incident_id") in about or event["data"].get("case_id") in about
            ]

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while set(types) - {event["type"] for event in mine()}:
                    self._news.clear()
                    await self._news.wait()
        self.count = len(mine())
        return set(types) - {event["type"] for event in mine()}
