"""Asking until it is known what became of it, as an honest client does: the same key again, and every try noted."""

import asyncio
import hashlib
import json
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.checker import LATER, Told
from tests.faults.journal import ClientJournal
from tests.faults.light_http import LightHttp, Pulse

GIVE_UP_S: Final = 6.0
"""Seconds after which the client no longer waits for one answer; nothing may take half as long."""
FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 4.0
LONGEST_OBEYED_S: Final = 30.0
"""Seconds of a Retry-After that the client waits at most."""

Body = Mapping[str, Any]


def fingerprint(body: Body) -> str:
    """What the client means by "the same body"."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


class Asking:
    """Times are those of the service: what this client's own loop stood still is taken off."""

    def __init__(self, http: LightHttp, pulse: Pulse, journal: ClientJournal, rng: random.Random) -> None:
        self._http = http
        self._pulse = pulse
        self._journal = journal
        self._rng = rng

    async def once(
        self,
        what: str,
        key: str,
        method: str,
        url: str,
        body: Body,
        *,
        token: str,
        about: str = "",
        intended: float | None = None,
        names: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Told:
        """One attempt. names: the field of the answer with the id that it gives."""
        sent = time.time()
        status, answer, retry_after, why = 0, dict[str, Any](), None, ""
        began, stood = time.monotonic(), self._pulse.late
        try:
            async with asyncio.timeout(GIVE_UP_S):
                heard = await self._http.ask(
                    method,
                    url,
                    {
                        "Authorization": f"Bearer {token}",
                        "Content-Type": "application/json",
                        "Idempotency-Key": key,
                        **(headers or {}),
                    },
                    json.dumps(body).encode(),
                )
            status, retry_after = heard.status, heard.headers.get("retry-after")
            answer = json.loads(heard.body or b"{}")
        except (OSError, TimeoutError, json.JSONDecodeError) as error:
            why = repr(error)
        told = Told(
            what=what,
            key=key,
            fingerprint=fingerprint(body),
            intended=sent if intended is None else intended,
            sent=sent,
            took=max(time.monotonic() - began - (self._pulse.late - stood), 0.0),
            status=status,
            about=about,
            answer=str(answer.get(names, "")) if names else "",
            relay=str(answer.get("relay", "")),
            retry_after=retry_after,
            error=why,
        )
        self._journal.write(told)
        return told

    async def until_told(
        self,
        what: str,
        key: str,
        method: str,
        urls: Sequence[str],
        body: Body,
        *,
        pending: Callable[[Told], bool] = lambda told: False,
        **more: Any,
    ) -> Told:
        """Ask until the answer says what became of it. urls: the instances that may be asked, the next one when one
        does not answer. pending: answers that leave it open, beside those of `LATER`."""
        pause, turn = FIRST_PAUSE_S, 0
        while True:
            told = await self.once(what, key, method, urls[turn % len(urls)], body, **more)
            if told.status not in LATER and not pending(told):
                return told
            if told.status == 0:
                turn += 1
            wanted = float(told.retry_after) if told.retry_after else 0.0
            await asyncio.sleep(max(pause * self._rng.uniform(0.5, 1.0), min(wanted, LONGEST_OBEYED_S)))
            pause = min(pause * 1.6, LONGEST_PAUSE_S)
