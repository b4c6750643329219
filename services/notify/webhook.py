"""One POST to a target: signed as Standard Webhooks, to an address that was looked at first, without redirects."""

import base64
import hashlib
import hmac
import ipaddress
import socket
import time
from asyncio import get_running_loop, timeout
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx
import structlog

from services.notify.domain.delivering import Answer
from services.notify.domain.targets import Target

log = structlog.get_logger(__name__)


class Forbidden(Exception):
    """The target's name leads to an address that may not be called."""


def signature(secret: bytes, id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature` (https://www.standardwebhooks.com): HMAC-SHA256 over id.timestamp.body."""
    signed = hmac.new(secret, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


async def address_of(url: str, *, private: bool) -> str:
    """The one IP address that is called. Raises Forbidden, OSError.

    Resolved once and pinned: a name that answers otherwise a moment later leads nowhere else.
    """
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(row[4][0]) for row in found]
    allowed = [one for one in addresses if private or one.is_global]
    # Link-local leads to the metadata of clouds; nobody's gateway is there.
    allowed = [one for one in allowed if not (one.is_link_local or one.is_multicast or one.is_unspecified)]
    if not allowed:
        raise Forbidden(f"{parts.hostname} is {addresses[0] if addresses else 'nowhere'}")
    return str(allowed[0])


class Webhooks:
    """secrets: (area, target) → secret. deadline: real seconds for one attempt, the look-up included."""

    def __init__(self, secrets: Mapping[tuple[str, str], bytes], deadline: float) -> None:
        self._secrets = secrets
        self.deadline = deadline
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(deadline, connect=min(3.0, deadline)), follow_redirects=False, trust_env=False
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def post(self, area: str, target: Target, id: str, body: bytes) -> Answer:
        """One attempt. Never raises for what the target or the network does."""
        now = int(time.time())
        parts = urlsplit(target.url)
        headers = {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "user-agent": "fengqiao-notify",
            "host": parts.netloc,
            "webhook-id": id,
            "webhook-timestamp": str(now),
            "webhook-signature": signature(self._secrets[area, target.id], id, now, body),
        }
        try:
            async with timeout(self.deadline):
                address = await address_of(target.url, private=target.private)
                pinned = httpx.URL(target.url).copy_with(host=address)
                request = self._http.build_request(
                    "POST", pinned, content=body, headers=headers, extensions={"sni_hostname": parts.hostname}
                )
                answer = await self._http.send(request, stream=True)
                await answer.aclose()  # what it says is not read: it could be without end
        except Forbidden as why:
            log.error("a target's address may not be called", target=target.id, why=str(why))
            return Answer(forbidden=True)
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            log.warning("a target does not answer", target=target.id, why=type(error).__name__)
            return Answer()
        return Answer(answer.status_code, _seconds(answer.headers.get("retry-after")))


def _seconds(text: str | None) -> float | None:
    try:
        return max(float(text), 0.0) if text is not None else None
    except ValueError:
        return None  # a date: the usual pause will do
