"""Sign-in at a central issuer: OpenID Connect's code flow with PKCE, and the tokens that it gives, kept by the browser.

The id token is checked as OpenID Connect Core 1.0, 3.1.3.7 asks: signature by the issuer's keys, iss, aud, azp, exp,
iat, and the nonce of the sign-in that was begun here.

What the browser keeps is encrypted (JWE, A256GCM) with a key of the installation: any instance can read any session's.

    SignInFailed(Exception)    the text is for a person
"""

import asyncio
import base64
import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import orjson
import structlog
from joserfc import jwe, jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

from fengqiao.runtime.auth import ALGORITHMS, LEEWAY_S
from fengqiao.runtime.keys import KeySet
from fengqiao.runtime.problems import Unavailable

log = structlog.get_logger(__name__)

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
        self._keys: tuple[str, KeySet] | None = None
        """The issuer's keys, and where they were said to be."""
        self._refreshed: OrderedDict[str, Tokens] = OrderedDict()
        """Refresh token → what it was exchanged for: requests that were under way meanwhile still carry the old one."""
        self._refreshing = asyncio.Lock()

    async def begin(self, lang: str, view: str = "") -> tuple[str, str]:
        """Where the browser goes, and the state that it keeps: with the language and the view that it comes back to.

        Raises SignInFailed.
        """
        verifier, state, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": self._client.redirect,
            "scope": self._client.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = (await self._issuer())["authorization_endpoint"]
        ends = int(time.time()) + STATE_LIFE
        claims = {"state": state, "nonce": nonce, "verifier": verifier, "lang": lang, "view": view, "exp": ends}
        kept = jwt.encode({"alg": "HS256"}, claims, self._sign, algorithms=["HS256"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(query)}", kept

    async def finish(self, code: str, state: str, kept: str | None) -> tuple[Tokens, str, str]:
        """The tokens for the code, and the language and view that were chosen. Raises SignInFailed."""
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
        tokens, id_token = await self._exchange(form)
        await self._check_identity(id_token, str(claims["nonce"]))
        return tokens, str(claims["lang"]), str(claims.get("view", ""))

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
            renewed, _ = await self._exchange(form, tokens.refresh)
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

    async def _exchange(self, form: dict[str, str], refresh: str | None = None) -> tuple[Tokens, str | None]:
        """What the issuer gives for it: tokens for our services, and who it is (at a sign-in). Raises SignInFailed."""
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
        id_token = told.get("id_token")
        tokens = Tokens(told["access_token"], told.get("refresh_token") or refresh, time.time() + lives)
        return tokens, id_token if isinstance(id_token, str) else None

    async def _check_identity(self, id_token: str | None, nonce: str) -> None:
        """Raises SignInFailed, saying in the log's words what is wrong, unless the id token is of this sign-in."""
        try:
            if id_token is None:
                raise ValueError("it sent none (is `openid` among FENGQIAO_OIDC_SCOPE?)")
            header = jws.extract_compact(id_token.encode("ascii")).headers()
            if header.get("alg") not in ALGORITHMS:
                raise ValueError(f"it is not signed with one of {', '.join(ALGORITHMS)}")
            key = await (await self._key_set()).key(str(header.get("kid")))
            if key is None:
                raise ValueError("it was signed with a key that the issuer does not show")
            told = jwt.decode(id_token, key, algorithms=ALGORITHMS).claims
            self._check_claims(told, nonce)
        except Unavailable as error:
            raise SignInFailed("The issuer's keys cannot be read: try again in a moment.") from error
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("the id token is refused", why=str(error)[:200])
            raise SignInFailed("What the issuer says of you does not belong to this sign-in: begin again.") from error

    def _check_claims(self, told: Mapping[str, Any], nonce: str) -> None:
        """Raises ValueError, TypeError, KeyError."""
        if str(told["iss"]).rstrip("/") != self._client.issuer.rstrip("/"):
            raise ValueError("it is of another issuer")
        audience = told["aud"] if isinstance(told["aud"], list) else [told["aud"]]
        if self._client.id not in audience:
            raise ValueError("it is for another client")
        if (len(audience) > 1 or "azp" in told) and told.get("azp") != self._client.id:
            raise ValueError("another client asked for it")
        now = time.time()
        if told["exp"] <= now - LEEWAY_S or told["iat"] > now + LEEWAY_S:
            raise ValueError("it is over, or of the future: compare the clocks")
        if not secrets.compare_digest(str(told["nonce"]).encode(), nonce.encode()):
            raise ValueError("its nonce is of another sign-in")

    async def _key_set(self) -> KeySet:
        where = str((await self._issuer())["jwks_uri"])
        if self._keys is None or self._keys[0] != where:
            self._keys = (where, KeySet(where))
        return self._keys[1]

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
            _ = told["authorization_endpoint"], told["token_endpoint"], told["jwks_uri"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SignInFailed("The issuer cannot be reached, or is not the one that is set up.") from error
        self._found = (time.monotonic(), told)
        return self._found[1]
