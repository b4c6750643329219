"""Sessions of the page: signed, bounded, renewed; changes need the page's own value."""

import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

from fengqiao.runtime.auth import Authenticator, Principal
from fengqiao.runtime.problems import Forbidden, Unauthenticated
from fengqiao.runtime.roles import scopes_of
from fengqiao.runtime.tokens import TokenMint
from services.commandroom.page import language
from services.commandroom.sessions import COOKIE, LIFE, BearerOrSession, Session, Sessions

WHO = Principal("desk-1", "dispatcher", scopes_of("dispatcher"), frozenset({"gaoqiao"}), None, "t", time.time() + 600)


def request(method: str = "GET", *, host: str = "127.0.0.1", scheme: str = "http", **headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": method,
            "path": "/",
            "query_string": b"",
            "scheme": scheme,
            "server": (host, 8000),
            "headers": [(b"host", host.encode()), *sent],
        }
    )


def cookie_of(sessions: Sessions, asked: Request | None = None) -> tuple[str, str]:
    """The cookie's value, and the whole line."""
    answer = Response()
    sessions.put(sessions.open(WHO), asked or request(), answer)
    line = answer.headers["set-cookie"]
    return line.partition(";")[0].removeprefix(f"{COOKIE}="), line


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    return Sessions(tmp_path)


def test_a_session_says_who_signed_in_and_another_instance_can_read_it(sessions: Sessions, tmp_path: Path) -> None:
    value, _ = cookie_of(sessions)
    read = Sessions(tmp_path).read(request(cookie=f"{COOKIE}={value}"))
    assert read is not None
    assert (read.principal.client, read.principal.role, read.principal.areas) == ("desk-1", "dispatcher", WHO.areas)
    assert read.principal.scopes == WHO.scopes
    assert read.principal.expires_at == pytest.approx(time.time() + LIFE, abs=5)
    assert (tmp_path / "keys" / "session.key").stat().st_mode & 0o777 == 0o600


def test_the_cookie_is_the_servers_alone_and_secure_beyond_this_machine(sessions: Sessions) -> None:
    _, here = cookie_of(sessions)
    assert "HttpOnly" in here
    assert "SameSite=strict" in here
    assert "Secure" not in here
    for elsewhere in (request(host="room.example"), request(scheme="https")):
        assert "Secure" in cookie_of(sessions, elsewhere)[1]


def test_a_tampered_a_foreign_an_unsigned_and_an_expired_cookie_are_none(sessions: Sessions, tmp_path: Path) -> None:
    value, _ = cookie_of(sessions)
    head, body, signature = value.split(".")
    foreign, _ = cookie_of(Sessions(tmp_path / "other"))
    key = OctKey.import_key((tmp_path / "keys" / "session.key").read_text())
    claims = {**jwt.decode(value, key, algorithms=["HS256"]).claims, "exp": int(time.time()) - 1}
    expired = jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])
    without_signature = "eyJhbGciOiJub25lIn0." + body + "."
    for bad in (f"{head}.{body[:-2]}AA.{signature}", foreign, expired, without_signature, "x", "a.b.c"):
        assert sessions.read(request(cookie=f"{COOKIE}={bad}")) is None, bad
    assert sessions.read(request()) is None


def test_a_session_ends_twelve_hours_after_the_sign_in_however_often_it_is_put_again(sessions: Sessions) -> None:
    began = time.time() - LIFE + 3600
    session, values = Session(WHO, "page's value", began), []
    for _ in range(3):
        answer = Response()
        sessions.put(session, request(), answer)
        line = answer.headers["set-cookie"]
        assert int(line.partition("Max-Age=")[2].partition(";")[0]) == pytest.approx(3600, abs=5)
        values.append(line.partition(";")[0].removeprefix(f"{COOKIE}="))
        read = sessions.read(request(cookie=f"{COOKIE}={values[-1]}"))
        assert read is not None
        assert (read.csrf, read.began_at) == (session.csrf, began), "the page that is open keeps its value"
        assert read.principal.expires_at == pytest.approx(began + LIFE, abs=1)
        session = read
    answer = Response()
    sessions.put(Session(WHO, "x", time.time() - LIFE - 1), request(), answer)
    over = answer.headers["set-cookie"].partition(";")[0]
    assert sessions.read(request(cookie=over)) is None


def test_a_cookie_that_does_not_say_when_it_began_ends_twelve_hours_after_it_was_given(
    sessions: Sessions, tmp_path: Path
) -> None:
    value, _ = cookie_of(sessions)
    key = OctKey.import_key((tmp_path / "keys" / "session.key").read_text())
    claims = jwt.decode(value, key, algorithms=["HS256"]).claims
    given = int(time.time()) - 3600
    earlier = {name: claim for name, claim in claims.items() if name != "began"} | {"iat": given, "exp": given + LIFE}
    cookie = jwt.encode({"alg": "HS256"}, earlier, key, algorithms=["HS256"])
    read = sessions.read(request(cookie=f"{COOKIE}={cookie}"))
    assert read is not None
    assert (read.began_at, read.principal.expires_at) == (given, given + LIFE)


async def test_a_change_with_a_session_needs_the_pages_value_and_reading_does_not(
    sessions: Sessions, tmp_path: Path
) -> None:
    mint = TokenMint(tmp_path)
    bearer = Authenticator(tmp_path / "keys" / "jwks.json", issuer="fengqiao-local", audience="fengqiao")
    who = BearerOrSession(bearer, sessions)
    value, _ = cookie_of(sessions)
    session = sessions.read(request(cookie=f"{COOKIE}={value}"))
    assert session is not None
    cookie = f"{COOKIE}={value}"
    assert (await who.principal(request(cookie=cookie))).client == "desk-1"
    assert (await who.principal(request("POST", cookie=cookie, x_csrf_token=session.csrf))).client == "desk-1"
    for wrong in ({}, {"x_csrf_token": "x"}, {"x_csrf_token": "é"}):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            with pytest.raises(Forbidden):
                await who.principal(request(method, cookie=cookie, **wrong))
    token = mint.mint("subscriber", ["gaoqiao"], client="other")
    assert (await who.principal(request("POST", cookie=cookie, authorization=f"Bearer {token}"))).client == "other"
    with pytest.raises(Unauthenticated):
        await who.principal(request(cookie=cookie, authorization="Bearer wrong"))
    with pytest.raises(Unauthenticated, match="sign in again"):
        await who.principal(request(cookie=f"{COOKIE}=x"))


@pytest.mark.parametrize(
    ("asked", "liked", "expected"),
    [
        ("en", "zh-CN", "en"),
        ("zh", "en", "zh"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, "en-GB,en", "en"),
        (None, "fr, en;q=0.5", "en"),
        (None, "", "zh"),
        ("xx", "en", "en"),
    ],
)
def test_the_page_speaks_the_language_asked_for_or_liked(asked: str | None, liked: str, expected: str) -> None:
    assert language(request(accept_language=liked), asked) == expected
