"""What a story plays on: a running system, its people (each with a token of their own), its clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx

from fengqiao.client import Addresses, Fengqiao, Refused
from fengqiao.geo.areas import load_areas
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.roles import Role
from fengqiao.runtime.tokens import TokenMint

T = TypeVar("T")


class StoryFailed(Exception):
    """The system did not do what the story says; the text says what was missing."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the printed timeline. at: domain time."""

    at: datetime
    who: str
    what: str


@dataclass
class Stage:
    """A running system, on which a story waits as long as its people need."""

    addresses: Addresses
    data: Path
    area: str
    clock: Clock
    in_haste: bool
    """Nobody waits for travel or talk: the story is played on a real clock."""
    begins: datetime | None = None
    """When the story begins, where it has an hour of its own."""
    areas: Path = Path("deploy/areas")
    """Where the areas' folders are, for those in the story who know their streets."""
    hours: float | None = None
    """How much of a long story is played; None: all of it."""
    lines: list[Line] = field(default_factory=list)
    _http: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=10.0))
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _people: dict[str, Fengqiao] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The area's."""
        return load_areas(self.areas)[self.area].tz

    async def __aenter__(self) -> "Stage":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        await self._http.aclose()

    async def person(self, role: Role, unit: str | None = None) -> Fengqiao:
        """Somebody with that role (and unit), signed in."""
        name = f"{role}-{unit}" if unit else role
        if name not in self._people:
            token = TokenMint(self.data, issuer="fengqiao-local", audience="fengqiao").mint(
                role, [self.area], unit=unit, client=f"story-{name}", ttl=3600, development=True
            )
            self._people[name] = await self._stack.enter_async_context(Fengqiao(self.addresses, token, http=self._http))
        return self._people[name]

    async def begin(self) -> None:
        """Wait for the hour at which the story begins: everybody is on duty by then."""
        if self.begins is not None and not self.in_haste:
            await self.clock.sleep((self.begins - self.clock.now()).total_seconds())

    async def wait(self, seconds: float) -> None:
        """Let `seconds` of domain time pass, unless the story is played in haste."""
        if not self.in_haste and seconds > 0:
            await self.clock.sleep(seconds)

    def say(self, at: datetime, who: str, what: str) -> None:
        self.lines.append(Line(at, who, what))

    async def until(self, what: str, probe: Callable[[], Awaitable[T | None]], within: float = 20.0) -> T:
        """The first answer of `probe` that is there, within real seconds. Raises StoryFailed."""
        deadline = time.monotonic() + within
        while True:
            try:
                found = await probe()
            except Refused as refused:
                if refused.status not in (404, 503):
                    raise
                found = None
            if found:
                return found
            if time.monotonic() > deadline:
                raise StoryFailed(f"{what} did not happen within {within:g} s")
            await asyncio.sleep(0.02)


def must(true: Any, what: str) -> None:
    """Raises StoryFailed, saying what was missing."""
    if not true:
        raise StoryFailed(what)
