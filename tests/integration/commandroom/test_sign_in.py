"""The way in: token for session, the page's cookie and value, what is passed on, and what never reaches a log."""

import html
import re
import time
from dataclasses import replace

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from fengqiao.runtime.tokens import TokenMint
from services.commandroom.sessions import LIFE, Session, Sessions
from tests.conftest import run
from tests.integration.commandroom.kit import listening
from tests.system import System


@pytest.fixture(scope="module")
def room(system: System) -> System:
    run(system.start("commandroom"))
    return system


def browser(room: System) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=room.url("commandroom"), timeout=20)


async def signed_in(http: httpx.AsyncClient, token: str) -> str:
    """Sign in by the form; the page's value for changes."""
    answer = await http.post("/sign-in?lang=en", data={"token": f" {token}\n"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=en")
    page = await http.get("/?lang=en")
    assert page.status_code == 200
    found = re.search(r'data-csrf="([^"]+)"', page.text)
    assert found is not None
    return found[1]


async def test_a_token_in_the_address_becomes_a_cookie_and_leaves_the_address(room: System) -> None:
    token = room.token("dispatcher")
    async with browser(room) as http:
        assert (await http.get("/")).headers["location"].startswith("/sign-in")
        answer = await http.get("/sign-in", params={"token": token, "lang": "zh"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?lang=zh")
        cookie = answer.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
        assert token not in cookie
        assert answer.headers["referrer-policy"] == "no-referrer"
        page = await http.get("/")
        assert page.status_code == 200
        assert token not in page.text
        assert "default-src 'self'" in page.headers["content-security-policy"]
        async with listening(room.url("commandroom"), "", cookie=cookie.partition(";")[0]) as ear:
            assert (await ear.next()).type == "snapshot"
        out = await http.get("/sign-in/out")
        assert out.status_code == 303
        assert (await http.get("/")).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(("lang", "sentence"), [("zh", "这个令牌不能用"), ("en", "This token is not good")])
async def test_a_wrong_token_gets_the_form_again_with_a_sentence(room: System, lang: str, sentence: str) -> None:
    async with browser(room) as http:
        assert sentence not in (await http.get("/sign-in", params={"lang": lang})).text
        wrong = room.token("dispatcher")[:-8] + "AAAAAAAA"
        for answer in (
            await http.get("/sign-in", params={"token": wrong, "lang": lang}),
            await http.post("/sign-in", params={"lang": lang}, data={"token": "<script>"}),
        ):
            assert answer.status_code == 401
            assert sentence in answer.text
            assert "set-cookie" not in answer.headers
            assert "<script>" not in answer.text


async def test_the_form_leads_to_the_view_that_was_asked_for_in_the_language_that_was_chosen(room: System) -> None:
    async with browser(room) as http:
        door = (await http.get("/?lang=en&view=analytics&sel=1042")).headers["location"]
        form = (await http.get(door)).text
        other = html.unescape(re.findall(r'href="(/sign-in[^"]+)"', form)[0])
        action = html.unescape(re.findall(r'action="([^"]+)"', form)[0])
        again = await http.post(action, data={"token": "wrong"})
        assert html.unescape(re.findall(r'action="([^"]+)"', again.text)[0]) == action
        landed = await http.post(action, data={"token": room.token("dispatcher")})
        assert landed.headers["location"] == "/?lang=en&view=analytics&sel=1042"
        chinese = html.unescape(re.findall(r'action="([^"]+)"', (await http.get(other)).text)[0])
        landed = await http.post(chinese, data={"token": room.token("dispatcher")})
        assert landed.headers["location"] == "/?lang=zh&view=analytics&sel=1042"


@pytest.mark.parametrize(
    "view", ["//evil.example/", "https://evil.example/?a=b", "a=1&" * 40, "lang=zh&token=x", '"><script>']
)
async def test_a_view_never_leads_elsewhere(room: System, view: str) -> None:
    async with browser(room) as http:
        form = await http.get("/sign-in", params={"lang": "en", "view": view})
        assert "<script>" not in form.text
        landed = await http.get("/sign-in", params={"lang": "en", "view": view, "token": room.token("dispatcher")})
        assert landed.headers["location"].startswith("/?lang=en")
        assert "token" not in landed.headers["location"]


async def test_what_is_passed_on_carries_the_session_and_a_change_needs_the_pages_value(room: System) -> None:
    report = {
        "area": "gaoqiao",
        "source": "110",
        "external_id": "page-1",
        "category": "brawl",
        "reported_at": "2024-10-30T22:23:00+08:00",
        "location": {"lon": 113.0195, "lat": 28.1935},
    }
    async with browser(room) as http:
        assert (await http.get("/intake/v1/categories")).status_code == 401
        value = await signed_in(http, room.token("dispatcher"))
        away = await http.get("/intake/v1/categories", params={"area": "gaoqiao"})
        assert away.status_code == 503
        assert away.headers["content-type"].startswith("application/problem+json")
        assert away.headers["retry-after"]
        await room.start("intake")
        assert (await http.get("/intake/v1/categories", params={"area": "gaoqiao"})).status_code == 200
        for headers in ({}, {"X-CSRF-Token": "wrong"}):
            assert (await http.post("/intake/v1/incidents", json=report, headers=headers)).status_code == 403
        told = {"X-CSRF-Token": value}
        accepted = await http.post("/intake/v1/incidents", json=report, headers=told)
        assert accepted.status_code == 202
        assert accepted.json()["area"] == "gaoqiao"
        elsewhere = await http.post("/intake/v1/incidents", json=report | {"area": "elsewhere"}, headers=told)
        assert elsewhere.status_code in (403, 422)
        assert elsewhere.headers["content-type"].startswith("application/problem+json")
        broken = await http.post("/intake/v1/incidents", json=report | {"surprise": 1}, headers=told)
        assert broken.status_code == 422
        assert "surprise" in broken.text
        large = await http.post("/intake/v1/incidents", content=b" " * 300_000, headers=told)
        assert large.status_code == 413
        for path in ("/nothing/v1/incidents", "/intake/v1/%2e%2e/metrics", "/intake/v1/a/%2e%2e/%2e%2e/metrics"):
            answer = await http.get(path)
            assert answer.status_code == 404, path


async def test_a_session_ends_twelve_hours_after_the_sign_in_and_a_sentence_says_what_to_do(room: System) -> None:
    token = TokenMint(room.folder).mint("dispatcher", ["gaoqiao"], ttl=600)
    sessions = Sessions(room.folder)
    async with browser(room) as http:
        await http.get("/sign-in", params={"token": token})
        begun = read(sessions, http)
        assert begun is not None

        def cookie_of(session: Session) -> str:
            answer = Response()
            sessions.put(session, asking(), answer)
            return answer.headers["set-cookie"].partition(";")[0]

        # A minute after its sign-in, and again.
        cookie = cookie_of(replace(begun, began_at=begun.began_at - 60))
        http.cookies.clear()
        for _ in range(2):
            answer = await http.get("/sign-in/renew", headers={"Cookie": cookie})
            assert answer.status_code == 204
            cookie = answer.headers["set-cookie"].partition(";")[0]
            renewed = read(sessions, http)
            assert renewed is not None
            assert renewed.principal.expires_at == begun.principal.expires_at - 60
            http.cookies.clear()
        # The same, a few seconds before its twelve hours are over.
        cookie = cookie_of(replace(begun, began_at=time.time() - LIFE + 4))
        renewed_late = await http.get("/sign-in/renew", headers={"Cookie": cookie})
        assert renewed_late.status_code == 204
        cookie = renewed_late.headers["set-cookie"].partition(";")[0]
        http.cookies.clear()
        async with listening(room.url("commandroom"), "", cookie=cookie) as ear:
            assert [one.type for one in await ear.rest()] == ["snapshot", "ended"]
        for path in ("/sign-in/renew", "/v1/snapshot", "/v1/stream", "/intake/v1/categories"):
            refused = await http.get(path, headers={"Cookie": cookie})
            assert (refused.status_code, refused.json()["detail"]) == (401, "The session is over: sign in again."), path
        page = await http.get("/", headers={"Cookie": cookie})
        assert page.headers["location"].startswith("/sign-in")


def read(sessions: Sessions, http: httpx.AsyncClient) -> Session | None:
    """The session that the browser keeps."""
    return sessions.read(asking(f"fengqiao_session={http.cookies['fengqiao_session']}"))


def asking(cookie: str = "") -> Request:
    headers = [(b"cookie", cookie.encode())]
    return Request({"type": "http", "scheme": "http", "server": ("127.0.0.1", 1), "path": "/", "headers": headers})


async def test_no_token_and_no_session_ever_reaches_a_log(room: System) -> None:
    token = room.token("dispatcher")
    async with browser(room) as http:
        await http.get("/sign-in", params={"token": token})
        session = http.cookies["fengqiao_session"]
        await signed_in(http, token)
        await http.get("/v1/snapshot", params={"token": token}, headers={"Authorization": f"Bearer {token}"})
        await http.get("/sign-in", params={"token": token + "x" * 9000})
        await http.get("/intake/v1/categories", params={"token": token})
        await http.get(f"/{token}")
    logs = [file.read_text(errors="replace") for file in (room.folder / "logs").iterdir()]
    assert any("/sign-in" in log for log in logs), "nothing was logged, so nothing was tested"
    for secret in (token, token[-40:], session, session[-40:]):
        assert not any(secret in log for log in logs)


async def test_readiness_has_a_row_for_kafka_and_one_for_the_board(room: System) -> None:
    async with browser(room) as http:
        answer = await http.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["dependencies"] == {"kafka": "ok", "board": "ok"}
