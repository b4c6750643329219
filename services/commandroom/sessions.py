"""Sessions of the command room's own: a signed cookie, 12 h from the sign-in on; never the token that began it.

Use makes none longer: a right that was taken away at the issuer ends here within a shift.

HttpOnly, SameSite=Strict, Secure unless the page is served on loopback. Requests that change something need the
header `X-CSRF-Token` with the value that the page was told.
"""

import hmac
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

from fengqiao.runtime.auth import Authenticator, Principal
from fengqiao.runtime.metrics import AUTH_REFUSED
from fengqiao.runtime.problems import Forbidden, Unauthenticated
from fengqiao.runtime.roles import scopes_of
from fengqiao.runtime.whole_files import place

COOKIE: Final = "fengqiao_session"
LIFE: Final = 12 * 3600.0
"""Seconds from the sign-in to the end."""
OVER: Final = "The session is over: sign in again."
_ALGORITHM: Final = "HS256"
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Session:
    """principal: who signed in. csrf: what the page sends with a change. began_at: Unix seconds of the sign-in."""

    principal: Principal
    csrf: str
    began_at: float


class Sessions:
    """The key is made on first use and shared by all instances on the same data folder."""

    def __init__(self, data: Path) -> None:
        file = data / "keys" / "session.key"
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            place(file, secrets.token_hex(32), mode=0o600, replace=False)
        self.secret = file.read_text(encoding="utf-8").strip().encode()
        self._key = OctKey.import_key(self.secret)

    def open(self, principal: Principal) -> Session:
        return Session(principal, secrets.token_urlsafe(16), time.time())

    def put(self, session: Session, request: Request, response: Response) -> None:
        """Set the session's cookie on the answer, good for 12 hours from its sign-in."""
        who = session.principal
        ends = session.began_at + LIFE
        claims: dict[str, Any] = {
            "sub": who.client,
            "role": who.role,
            "areas": sorted(who.areas),
            "scope": " ".join(sorted(who.scopes)),
            "unit": who.unit or "",
            "csrf": session.csrf,
            "began": session.began_at,
            "iat": int(time.time()),
            "exp": int(ends),
        }
        response.set_cookie(
            COOKIE,
            jwt.encode({"alg": _ALGORITHM}, claims, self._key, algorithms=[_ALGORITHM]),
            max_age=max(int(ends - time.time()), 0),
            httponly=True,
            samesite="strict",
            secure=not on_loopback(request),
            path="/",
        )

    def read(self, request: Request) -> Session | None:
        """The session of the request's cookie, if it has a good one."""
        cookie = request.cookies.get(COOKIE)
        if not cookie:
            return None
        try:
            claims = jwt.decode(cookie, self._key, algorithms=[_ALGORITHM]).claims
            # Of one that was given before its beginning was kept, the last renewal stands for it.
            began = float(claims["began"] if "began" in claims else claims["iat"])
            ends = min(float(claims["exp"]), began + LIFE)
            if ends <= time.time():
                return None
            role = claims["role"]
            return Session(
                Principal(
                    client=claims["sub"],
                    role=role,
                    scopes=scopes_of(role) & frozenset(claims["scope"].split()),
                    areas=frozenset(claims["areas"]),
                    unit=claims["unit"] or None,
                    token_id="session",
                    expires_at=ends,
                ),
                claims["csrf"],
                began,
            )
        except (JoseError, ValueError, KeyError, TypeError, AttributeError):
            return None


class BearerOrSession:
    """Who sent a request: by its token, or by its session."""

    def __init__(self, bearer: Authenticator, sessions: Sessions) -> None:
        self._bearer = bearer
        self._sessions = sessions

    async def principal(self, request: Request) -> Principal:
        """Raises Unauthenticated, and Forbidden for a change without the page's CSRF value."""
        if "authorization" not in request.headers:
            session = self._sessions.read(request)
            if session is not None:
                told = request.headers.get("x-csrf-token", "")
                if request.method not in _READING and not hmac.compare_digest(told.encode(), session.csrf.encode()):
                    raise Forbidden("A change needs the page's X-CSRF-Token: load the page again.")
                return session.principal
            if COOKIE in request.cookies:
                AUTH_REFUSED.labels("session").inc()
                raise Unauthenticated(OVER)
        return await self._bearer.principal(request)

    async def token(self, text: str) -> Principal:
        """Who a token is. Raises Unauthenticated."""
        return await self._bearer.verify(text)


def on_loopback(request: Request) -> bool:
    return request.url.scheme == "http" and request.url.hostname in ("127.0.0.1", "localhost", "::1", "testserver")
