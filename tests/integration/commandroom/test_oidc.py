"""Sign-in at a central issuer: code flow with PKCE; the id token is of this sign-in or nobody comes in; the tokens are
sealed for the browser, exchanged while in use."""

import asyncio
import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey

from fengqiao.local.ports import free_port
from fengqiao.runtime.tokens import TokenMint
from tests.awaiting import eventually
from tests.system import System

pytestmark = pytest.mark.asyncio(loop_scope="module")
CLIENT, SECRET = "commandroom", "s3cret"


@dataclass
class Issuer:
    """An issuer as people have one: it asks nobody for a password, and remembers what it was asked."""

    mint: TokenMint
    url: str
    lives: int = 300
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Code → what it was asked with: the challenge and the nonce."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "id-1", "use": "sig"}))
    wrong: dict[str, Any] = field(default_factory=dict)
    """Claims of the id token that are other than they should be; None: it is left out."""
    forge: str = ""
    """How the id token is forged."""
    refresh: str = "r0"
    exchanged: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        async def discovery() -> dict[str, str]:
            return {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
            }

        @app.get("/jwks")
        async def jwks() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        async def authorize(redirect_uri: str, state: str, code_challenge: str, nonce: str) -> RedirectResponse:
            code = secrets.token_hex(8)
            self.codes[code] = code_challenge, nonce
            return RedirectResponse(f"{redirect_uri}?code={code}&state={state}", 302)

        @app.post("/token")
        async def token(request: Request) -> JSONResponse:
            form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            good, nonce = request.headers.get("authorization") == f"Basic {basic}", ""
            if form["grant_type"] == "authorization_code":
                digest = hashlib.sha256(form["code_verifier"].encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
                asked, nonce = self.codes.pop(form["code"], ("", ""))
                good = good and asked == challenge
            else:
                good = good and form["refresh_token"] == self.refresh
            self.exchanged.append(form["grant_type"])
            if not good:
                return JSONResponse({"error": "invalid_grant"}, 400)
            self.refresh = secrets.token_hex(8)
            access = self.mint.mint("dispatcher", ["gaoqiao"], client="li-ming", ttl=300)
            told = {"access_token": access, "refresh_token": self.refresh, "expires_in": self.lives}
            return JSONResponse(told | ({"id_token": self.identity(nonce)} if nonce else {}))

        return app

    def identity(self, nonce: str) -> str:
        """The id token, as it should be but for `wrong` and `forge`."""
        now = int(time.time())
        good = {"iss": self.url, "aud": CLIENT, "sub": "li-ming", "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {name: value for name, value in (good | self.wrong).items() if value is not None}
        match self.forge:
            case "none":
                return ""
            case "another key":
                other = RSAKey.generate_key(2048)
                return jwt.encode({"alg": "RS256", "kid": "id-1"}, claims, other, algorithms=["RS256"])
            case "unknown key":
                fresh = OKPKey.generate_key("Ed25519")
                return jwt.encode({"alg": "Ed25519", "kid": "id-2"}, claims, fresh, algorithms=["Ed25519"])
            case "public key as secret":
                secret = OctKey.import_key(self.key.as_pem(private=False))
                return jwt.encode({"alg": "HS256", "kid": "id-1"}, claims, secret, algorithms=["HS256"])
        return jwt.encode({"alg": "RS256", "kid": "id-1"}, claims, self.key, algorithms=["RS256"])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def issuer(system: System) -> AsyncIterator[Issuer]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    one = Issuer(TokenMint(system.folder, issuer=url, audience="fengqiao"), url)
    server = uvicorn.Server(uvicorn.Config(one.app(), port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started, what="the issuer listens")
    secret = system.folder / "client-secret"
    secret.write_text(SECRET, encoding="utf-8")
    system.environment |= {
        "FENGQIAO_ISSUER": url,
        "FENGQIAO_OIDC_CLIENT_ID": CLIENT,
        "FENGQIAO_OIDC_CLIENT_SECRET_FILE": str(secret),
    }
    await system.start("intake", "commandroom")
    yield one
    server.should_exit = True
    await serving


async def signed_in(room: System, http: httpx.AsyncClient) -> httpx.Response:
    """The browser's way to the issuer and back."""
    away = await http.get(f"{room.url('commandroom')}/sign-in?lang=en&view=view%3Danalytics")
    assert away.status_code == 303
    back = await http.get(away.headers["location"])
    return await http.get(back.headers["location"])


async def test_somebody_signs_in_at_the_issuer_and_the_services_get_its_tokens(system: System, issuer: Issuer) -> None:
    async with httpx.AsyncClient(timeout=20) as http:
        landed = await signed_in(system, http)
        assert landed.status_code == 200
        assert 'content="0;url=/?lang=en&amp;view=analytics"' in landed.text
        kept = {cookie.name: cookie.value or "" for cookie in http.cookies.jar}
        assert {"fengqiao_session", "fengqiao_tokens"} <= kept.keys()
        assert "fengqiao_oidc" not in kept
        assert "eyJhbGciOiJFZERTQSI" not in kept["fengqiao_tokens"]  # sealed: no token can be read from it
        page = await http.get(f"{system.url('commandroom')}/?lang=en")
        assert 'data-client="li-ming"' in page.text
        for _ in range(2):
            areas = await http.get(f"{system.url('commandroom')}/intake/v1/areas")
            assert [one["id"] for one in areas.json()["items"]] == ["gaoqiao"]
        assert issuer.exchanged == ["authorization_code"]
        # To the same end: the issuer is asked again after twelve hours.
        renewed = await http.get(f"{system.url('commandroom')}/sign-in/renew")
        assert renewed.status_code == 204
        assert "fengqiao_session" in renewed.headers["set-cookie"]


async def test_tokens_that_end_are_exchanged_once_for_all_requests_under_way(system: System, issuer: Issuer) -> None:
    issuer.lives = 30
    async with httpx.AsyncClient(timeout=20) as http:
        await signed_in(system, http)
        issuer.exchanged.clear()
        issuer.lives = 300
        room = system.url("commandroom")
        answers = await asyncio.gather(*(http.get(f"{room}/intake/v1/areas") for _ in range(5)))
        assert [one.status_code for one in answers] == [200] * 5
        assert issuer.exchanged == ["refresh_token"]
        assert (await http.get(f"{room}/intake/v1/areas")).status_code == 200
        assert issuer.exchanged == ["refresh_token"]


async def test_what_was_not_begun_here_does_not_sign_in(system: System, issuer: Issuer) -> None:
    room = system.url("commandroom")
    async with httpx.AsyncClient(timeout=20) as http:
        away = await http.get(f"{room}/sign-in")
        back = urlsplit((await http.get(away.headers["location"])).headers["location"])
        code = parse_qs(back.query)["code"][0]
        for query in ({"code": code, "state": "forged"}, {"code": "guessed"}, {}):
            answer = await http.get(f"{room}/callback", params=query)
            assert answer.status_code == 401
            assert "set-cookie" not in answer.headers
    async with httpx.AsyncClient(timeout=20) as another:
        # The right code and state in a browser that did not begin: the state is bound to its cookie.
        assert (await another.get(f"{room}/callback?{back.query}")).status_code == 401


async def test_an_id_token_that_is_not_of_this_sign_in_lets_nobody_in(system: System, issuer: Issuer) -> None:
    now = int(time.time())
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("none", {}),
        ("another key", {}),
        ("unknown key", {}),
        ("public key as secret", {}),
        ("", {"iss": "http://127.0.0.1:1"}),
        ("", {"aud": "another-client"}),
        ("", {"aud": [CLIENT, "another-client"]}),
        ("", {"azp": "another-client"}),
        ("", {"nonce": "of-yesterday"}),
        ("", {"nonce": None}),
        ("", {"exp": now - 60}),
        ("", {"exp": None}),
        ("", {"iat": now + 600}),
    ]
    async with httpx.AsyncClient(timeout=20) as http:
        for forge, claims in wrong:
            issuer.forge, issuer.wrong = forge, claims
            answer = await signed_in(system, http)
            assert answer.status_code == 401, (forge, claims)
            assert "fengqiao_session" not in answer.headers.get("set-cookie", ""), (forge, claims)
        issuer.forge, issuer.wrong = "", {"aud": [CLIENT, "fengqiao"], "azp": CLIENT}
        assert (await signed_in(system, http)).status_code == 200
