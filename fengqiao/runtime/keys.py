"""The public keys tokens are checked with: a file or an address, remembered while it cannot be read."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
import orjson
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, OKPKey, RSAKey

from fengqiao.runtime.metrics import JWKS_REFRESH_FAILED
from fengqiao.runtime.problems import Unavailable

UNKNOWN_KEY_WAIT_S: Final = 1.0
"""Least real seconds between two looks for an unknown key: strangers cannot make us hammer the issuer."""
STALE_KEY_WAIT_S: Final = 30.0
"""Least real seconds between two attempts to renew keys that still serve."""
REFRESH_AFTER_S: Final = 600.0
"""Real seconds after which the set is read again, so that a withdrawn key stops counting."""
FETCH_TIMEOUT_S: Final = 2.0
_MIN_RSA_BITS: Final = 2048

log = structlog.get_logger(__name__)


class KeySet:
    """Keys by id, from `source` (path or http(s) URL of a JWKS).

    When the source is away the keys read last go on to count. steady: real seconds of a counter.
    """

    def __init__(
        self,
        source: str | Path,
        *,
        steady: Callable[[], float] = time.monotonic,
        client: Callable[[], httpx.AsyncClient] = lambda: httpx.AsyncClient(timeout=FETCH_TIMEOUT_S),
    ) -> None:
        self._source = str(source)
        self._remote = self._source.startswith(("http://", "https://"))
        self._steady = steady
        self._client = client
        self._keys: dict[str, Key] | None = None
        self._tried_at = float("-inf")
        self._read_at = float("-inf")
        self._lock = asyncio.Lock()
        self.generation = 0
        """Goes up whenever the keys change; whatever was derived from older ones is then void."""

    async def key(self, kid: str) -> Key | None:
        """The key `kid`, or None when the source does not have it.

        Raises Unavailable when no keys could ever be read.
        """
        known = None if self._keys is None else self._keys.get(kid)
        now = self._steady()
        stale = now - self._read_at >= REFRESH_AFTER_S
        # With a good key at hand a source that is away must not cost every new token its time-out.
        wait = UNKNOWN_KEY_WAIT_S if known is None else STALE_KEY_WAIT_S
        if (known is None or stale) and now - self._tried_at >= wait:
            async with self._lock:
                # Whoever waited for the lock finds the work done.
                if self._tried_at < now:
                    await self._refresh()
        if self._keys is None:
            raise Unavailable("The keys that tokens are checked with cannot be read just now.", retry_after=2)
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        self._tried_at = self._steady()
        try:
            keys = usable_keys(await self._read())
        except (OSError, httpx.HTTPError, ValueError) as error:
            JWKS_REFRESH_FAILED.inc()
            log.warning("the key set could not be read", source=self._source, error=type(error).__name__)
            return
        self._read_at = self._steady()
        if self._keys is None or {k: v.as_dict() for k, v in self._keys.items()} != {
            k: v.as_dict() for k, v in keys.items()
        }:
            self._keys = keys
            self.generation += 1

    async def _read(self) -> bytes:
        if not self._remote:
            # A few hundred bytes, at most once a second: a thread would cost more than the read.
            return Path(self._source).read_bytes()  # noqa: ASYNC240
        async with self._client() as client:
            answer = await client.get(self._source, headers={"accept": "application/json"})
            answer.raise_for_status()
            return answer.content


def usable_keys(document: bytes) -> dict[str, Key]:
    """The asymmetric signing keys of a JWKS, by id; others are passed over.

    Raises ValueError if `document` is no JWKS.
    """
    read = orjson.loads(document)
    entries = read.get("keys") if isinstance(read, dict) else None
    if entries is None or not isinstance(entries, list):
        raise ValueError("not a key set")
    keys: dict[str, Key] = {}
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("kty") not in ("OKP", "EC", "RSA"):
            continue
        if entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid"), str):
            continue
        try:
            key = JWKRegistry.import_key(entry)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, (OKPKey, ECKey)) or (isinstance(key, RSAKey) and key.public_key.key_size >= _MIN_RSA_BITS):
            keys[entry["kid"]] = key
    return keys
