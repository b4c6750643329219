"""All services behind one object."""

from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from fengqiao.client.connection import Connection
from fengqiao.client.dispatch import Dispatch
from fengqiao.client.intake import Intake
from fengqiao.client.mediation import Mediation
from fengqiao.client.stream import Stream


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the services listen."""

    commandroom: str = "http://127.0.0.1:8000"
    intake: str = "http://127.0.0.1:8001"
    dispatch: str = "http://127.0.0.1:8002"
    mediation: str = "http://127.0.0.1:8003"
    analytics: str = "http://127.0.0.1:8004"
    notify: str = "http://127.0.0.1:8005"


class Fengqiao:
    """A client with one token. Use as a context manager; not to be shared between event loops.

    timeout: seconds for one answer. http: connections that several tokens share; whoever made it closes it.
    """

    def __init__(
        self,
        addresses: Addresses,
        token: str,
        timeout: float = 10.0,
        patience: float = 10.0,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._own = http is None
        self._http = http or httpx.AsyncClient(timeout=timeout)
        self.intake = Intake(Connection(self._http, addresses.intake, token, patience))
        self.dispatch = Dispatch(Connection(self._http, addresses.dispatch, token, patience))
        self.mediation = Mediation(Connection(self._http, addresses.mediation, token, patience))
        self.analytics = Connection(self._http, addresses.analytics, token, patience)
        self.stream = Stream(self._http, addresses.commandroom, token)

    async def close(self) -> None:
        if self._own:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
