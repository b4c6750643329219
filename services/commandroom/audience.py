"""Everybody who listens: each event is written once for all, and waits for each in a bounded buffer."""

import asyncio
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from fengqiao.runtime.metrics import SSE_CLIENTS, SSE_EVENTS


@dataclass(frozen=True, slots=True)
class News:
    """One event as it goes out: `frame` is the bytes that every client gets."""

    area: str
    type: str
    frame: bytes


@dataclass(eq=False)
class Listener:
    """A client. areas: None for all. types: prefixes of event types; none for all."""

    areas: frozenset[str] | None
    types: Sequence[str]
    limit: int
    waiting: deque[News] = field(default_factory=deque)
    dropped: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def wants(self, news: News) -> bool:
        if self.areas is not None and news.area not in self.areas:
            return False
        return not self.types or any(news.type.startswith(prefix) for prefix in self.types)

    def take(self) -> list[News]:
        """All that waits."""
        taken, self.waiting = list(self.waiting), deque()
        self.ready.clear()
        return taken


class Audience:
    """limit: events that may wait for one client before it is dropped with a reason; it resumes by its token."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._listeners: set[Listener] = set()

    @property
    def anybody(self) -> bool:
        """Whether somebody listens."""
        return bool(self._listeners)

    def join(self, areas: Collection[str] | None, types: Sequence[str]) -> Listener:
        listener = Listener(None if areas is None else frozenset(areas), types, self._limit)
        self._listeners.add(listener)
        SSE_CLIENTS.set(len(self._listeners))
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        SSE_CLIENTS.set(len(self._listeners))

    def drop_all(self) -> None:
        """Send everybody away, to come back with the last token."""
        for listener in self._listeners:
            listener.dropped = True
            listener.ready.set()

    def tell(self, news: News) -> None:
        for listener in self._listeners:
            if listener.dropped or not listener.wants(news):
                continue
            if len(listener.waiting) >= listener.limit:
                listener.dropped = True
            else:
                listener.waiting.append(news)
                SSE_EVENTS.inc()
            listener.ready.set()
