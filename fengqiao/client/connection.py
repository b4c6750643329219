"""One service over HTTP: requests with the token, retried where that is harmless, refused with the problem's words."""

from collections.abc import Mapping
from typing import Any, Final

import httpx
import orjson
import stamina

from fengqiao.client.errors import Refused, Unreachable

Json = Any
_AGAIN: Final = frozenset({429, 503})


class _Later(Exception):
    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"status {response.status_code}")
        self.response = response


class Connection:
    """patience: seconds of retries after connection errors, 429 and 503, of requests that are safe to repeat:
    those that only read, and those with an Idempotency-Key."""

    def __init__(self, http: httpx.AsyncClient, url: str, token: str, patience: float = 10.0) -> None:
        self._http = http
        self._url = url.rstrip("/")
        self._token = token
        self._patience = patience

    async def ask(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        key: str | None = None,
        repeatable: bool = False,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """The answer. repeatable: doing it twice does no harm. Raises Refused and Unreachable."""
        sent = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        if key is not None:
            sent["Idempotency-Key"] = key
        content = None
        if body is not None:
            sent["Content-Type"] = "application/json"
            content = orjson.dumps(body)
        again = repeatable or method == "GET" or key is not None
        chosen = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            async for attempt in stamina.retry_context(
                on=(httpx.TransportError, _Later),
                attempts=None if again else 1,
                timeout=self._patience,
                wait_initial=0.1,
                wait_max=1.0,
            ):
                with attempt:
                    response = await self._http.request(
                        method, f"{self._url}{path}", content=content, headers=sent, params=chosen
                    )
                    if response.status_code in _AGAIN:
                        raise _Later(response)
        except _Later as later:
            response = later.response
        except httpx.TransportError as error:
            raise Unreachable(f"{method} {self._url}{path}: {error or type(error).__name__}") from error
        if response.status_code >= 400:
            raise Refused(response.status_code, _problem(response), f"{method} {path}")
        return response

    async def json(self, method: str, path: str, body: Json = None, **how: Any) -> Json:
        """The answer's JSON."""
        return orjson.loads((await self.ask(method, path, body, **how)).content)


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        problem = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {"detail": response.text[:200]}
    return problem if isinstance(problem, dict) else {"detail": str(problem)[:200]}
