"""Sign-in at a central issuer: OpenID Connect's code flow with PKCE, and the tokens that it gives, kept by the browser.

What the browser keeps is encrypted (JWE, A256GCM) with a key of the installation: any instance can read any session's.

    SignInFailed(Exception)    the text is for a person
"""

import asyncio
import base64
import hashlib
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import orjson
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

STATE_COOKIE: Final = "fengqiao_oidc"
TOKENS_COOKIE: Final = "fengqiao_tokens"
STATE_LIFE: Final = 600
TOKENS_LIFE: Final = 12 * 3600
EARLY: Final = 60.0
"""Real seconds before its end at which an access token is replaced."""
KNOWN_FOR: Final = 3600.0
_REMEMBERED: Final = 1000
_DEADLINE: Final = 10.0


class SignInFailed(Exception):
    """The issuer, or what came back from it, is not good. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """expires_at: Unix seconds, of the access token."""

    access: str
    refresh: str | None
    expires_at: float

    @property
    def fresh(self) -> bool:
        return time.time() < self.expires_at - EARLY


@dataclass(frozen=True, slots=True)
class Client:
    """redirect: this command room's `/callback`, as the browser reaches it. secret None: a public client."""

    issuer: str
    id: str
    secret: str | None
    redirect: str
    scope: str


class Oidc:
    """key: at least 32 secret bytes, the same for all instances."""

    def __init__(self, http: httpx.AsyncClient, client: Client, key: bytes) -> None:
        self._http = http
        self._client = client
        self._sign = OctKey.import_key(hashlib.sha256(b"oidc state" + key).hexdigest())
        self._seal = OctKey.import_key(hashlib.sha256(b"oidc tokens" + key).digest())
        self._found: tuple[float, dict[str, Any]] | None = None
        self._refreshed: OrderedDict[str, Tokens] = OrderedDict()
        """Refresh token → what it was exchanged for: requests that were under way meanwhile still carry the old one."""
        self._refreshing = asyncio.Lock()

    async def begin(self, lang: str) -> tuple[str, str]:
        """Where the browser goes, and the state that it keeps. Raises SignInFailed."""
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.redirect,
            "scope": self._client.scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = (await self._issuer())["authorization_endpoint"]
        claims = {"state": state, "verifier": verifier, "lang": lang, "exp": int(time.time()) + STATE_LIFE}
        kept = jwt.encode({"alg": "HS256"}, claims, self._sign, algorithms=["HS256"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}", kept

    async def finish(self, code: str, state: str, kept: str | None) -> tuple[Tokens, str]:
        """The tokens for the code, and the language that was chosen. Raises SignInFailed."""
        try:
            claims = jwt.decode(kept or "", self._sign, algorithms=["HS256"]).claims
            good = secrets.compare_digest(str(claims["state"]), state) and claims["exp"] > time.time()
        except (JoseError, KeyError, ValueError, TypeError):
            good = False
        if not good:
            raise SignInFailed("This sign-in was not begun here, or it took too long: begin again.")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect,
            "code_verifier": claims["verifier"],
        }
        return await self._exchange(form), str(claims["lang"])

    async def fresh(self, tokens: Tokens) -> Tokens:
        """The tokens, exchanged for new ones when they are about to end. Raises SignInFailed."""
        if tokens.fresh:
            return tokens
        if tokens.refresh is None:
            raise SignInFailed("The session at the issuer is over: sign in again.")
        mark = hashlib.sha256(tokens.refresh.encode()).hexdigest()
        async with self._refreshing:
            known = self._refreshed.get(mark)
            if known is not None and known.fresh:
                return known
            form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
            renewed = await self._exchange(form, tokens.refresh)
            self._refreshed[mark] = renewed
            if len(self._refreshed) > _REMEMBERED:
                self._refreshed.popitem(last=False)
            return renewed

    def read(self, request: Request) -> Tokens | None:
        """What the browser keeps, if it is good."""
        sealed = request.cookies.get(TOKENS_COOKIE)
        if not sealed:
            return None
        try:
            opened = jwe.decrypt_compact(sealed, self._seal, algorithms=["dir", "A256GCM"]).plaintext
            return Tokens(*orjson.loads(opened or b""))
        except (JoseError, ValueError, TypeError):
            return None

    def put(self, tokens: Tokens, response: Response, *, secure: bool) -> None:
        """Let the browser keep them."""
        content = orjson.dumps([tokens.access, tokens.refresh, tokens.expires_at])
        sealed = jwe.encrypt_compact(
            {"alg": "dir", "enc": "A256GCM"}, content, self._seal, algorithms=["dir", "A256GCM"]
        )
        response.set_cookie(
            TOKENS_COOKIE, sealed, max_age=TOKENS_LIFE, httponly=True, samesite="strict", secure=secure, path="/"
        )

    async def _exchange(self, form: dict[str, str], refresh: str | None = None) -> Tokens:
        where = (await self._issuer())["token_endpoint"]
        auth = None if self._client.secret is None else httpx.BasicAuth(self._client.id, self._client.secret)
        try:
            answer = await self._http.post(
                where, data={**form, "client_id": self._client.id}, auth=auth or httpx.Auth(), timeout=_DEADLINE
            )
            told = answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as error:
            raise SignInFailed("The issuer does not answer: try again in a moment.") from error
        if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
            raise SignInFailed("The issuer refused: sign in again.")
        lives = float(told.get("expires_in", 300))
        return Tokens(told["access_token"], told.get("refresh_token") or refresh, time.time() + lives)

    async def _issuer(self) -> dict[str, Any]:
        """What the issuer says of itself, asked once an hour."""
        if self._found is not None and time.monotonic() - self._found[0] < KNOWN_FOR:
            return self._found[1]
        try:
            answer = await self._http.get(
                f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration", timeout=_DEADLINE
            )
            told = answer.json()
            if told["issuer"].rstrip("/") != self._client.issuer.rstrip("/"):
                raise ValueError("another issuer")
            _ = told["authorization_endpoint"], told["token_endpoint"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignInFailed("The issuer cannot be reached, or is not the one that is set up.") from error
        self._found = (time.monotonic(), told)
        return self._found[1]
