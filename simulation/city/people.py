"""Who in the city speaks to the services: a token each, renewed in time, over shared connections; and patience."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import httpx

from fengqiao.client import Addresses, Fengqiao, Refused, Unreachable
from fengqiao.runtime.roles import Role
from fengqiao.runtime.tokens import TokenMint

T = TypeVar("T")

TOKEN_SECONDS: Final = 3600
LONGEST_PAUSE: Final = 5.0
AWAY: Final = frozenset({429, 502, 503, 504})


class People:
    """client: what every token's `sub` begins with, so that others can tell the city's doings from theirs."""

    def __init__(self, addresses: Addresses, data: Path, area: str, client: str) -> None:
        self.area = area
        self.client = client
        self._addresses = addresses
        self._mint = TokenMint(data)
        self._http = httpx.AsyncClient(timeout=10.0)
        self._known: dict[tuple[Role, str | None], tuple[Fengqiao, float]] = {}

    def person(self, role: Role, unit: str | None = None) -> Fengqiao:
        """Somebody with that role (and unit), with a token that is good for a while."""
        known = self._known.get((role, unit))
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        token = self._mint.mint(
            role, [self.area], unit=unit, client=f"{self.client}-{unit or role}", ttl=TOKEN_SECONDS, development=True
        )
        fresh = Fengqiao(self._addresses, token, http=self._http)
        self._known[role, unit] = fresh, time.monotonic() + TOKEN_SECONDS / 2
        return fresh

    async def close(self) -> None:
        await self._http.aclose()


async def patiently(deed: Callable[[], Awaitable[T]]) -> T:
    """Do it again until somebody answers, as an honest client does: services restart. Raises Refused for a no.

    The deed must do no harm when it is done twice.
    """
    pause = 0.2
    while True:
        try:
            return await deed()
        except Refused as refused:
            if refused.status not in AWAY:
                raise
        except Unreachable:
            pass
        await asyncio.sleep(pause)
        pause = min(LONGEST_PAUSE, pause * 2)
