"""Tokens: which are taken, which are refused, and what a principal may do."""

import base64
import json
import multiprocessing
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from fengqiao.runtime.auth import Authenticator, Principal
from fengqiao.runtime.keys import REFRESH_AFTER_S, KeySet, usable_keys
from fengqiao.runtime.problems import Forbidden, Unauthenticated, Unavailable
from fengqiao.runtime.roles import ROLES, SCOPES, TABLE, as_markdown
from fengqiao.runtime.tokens import TokenError, TokenMint, local_key
from tests.unit.runtime.edge_app import build, talking_to

NOW = 1_730_297_000.0
CLAIMS: dict[str, Any] = {
    "iss": "fengqiao-local",
    "aud": "fengqiao",
    "sub": "cs110",
    "iat": int(NOW),
    "exp": int(NOW) + 600,
    "role": "integrator",
    "areas": ["gaoqiao"],
    "scope": "incidents:write incidents:read",
}


def signed(key: Key, alg: str = "Ed25519", kid: str = "k1", **changes: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])


def publish(path: Path, **keys: Key) -> Path:
    path.write_text(json.dumps({"keys": [{**key.as_dict(private=False), "kid": kid} for kid, key in keys.items()]}))
    return path


@pytest.fixture(scope="module")
def key() -> OKPKey:
    return OKPKey.generate_key("Ed25519")


@pytest.fixture
def jwks(tmp_path: Path, key: OKPKey) -> Path:
    return publish(tmp_path / "jwks.json", k1=key)


def authenticator(source: Path | KeySet, now: float = NOW) -> Authenticator:
    return Authenticator(source, issuer="fengqiao-local", audience="fengqiao", now=lambda: now)


async def test_a_good_token_gives_its_principal(jwks: Path, key: OKPKey) -> None:
    found = await authenticator(jwks).verify(signed(key, unit="P3", aud=["other", "fengqiao"], jti="t1"))
    assert found == Principal(
        client="cs110",
        role="integrator",
        scopes=frozenset({"incidents:write", "incidents:read"}),
        areas=frozenset({"gaoqiao"}),
        unit="P3",
        token_id="t1",
        expires_at=NOW + 600,
    )


@pytest.mark.parametrize(
    ("alg", "other"),
    [
        ("ES256", ECKey.generate_key("P-256")),
        ("RS256", RSAKey.generate_key(2048)),
        ("PS256", RSAKey.generate_key(2048)),
    ],
)
async def test_other_asymmetric_algorithms_are_taken(tmp_path: Path, alg: str, other: Key) -> None:
    source = publish(tmp_path / "jwks.json", k1=other)
    assert (await authenticator(source).verify(signed(other, alg))).client == "cs110"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "someone"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"aud": ["another"]}, "audience"),
        ({"exp": int(NOW)}, "expired"),
        ({"exp": None}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"exp": True}, "exp"),
        ({"iat": None}, "iat"),
        ({"iat": int(NOW) + 60, "exp": int(NOW) + 120}, "not valid yet"),
        ({"nbf": int(NOW) + 60}, "not valid yet"),
        ({"exp": int(NOW) + 3600}, "longer"),
        ({"role": "king"}, "role"),
        ({"role": ["admin"]}, "role"),
        ({"sub": None}, "sub"),
        ({"scope": ["incidents:write"]}, "scope"),
        ({"areas": "gaoqiao"}, "areas"),
        ({"areas": None}, "areas"),
        ({"unit": 3}, "unit"),
    ],
)
async def test_wrong_claims_are_refused(jwks: Path, key: OKPKey, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Unauthenticated, match=reason):
        await authenticator(jwks).verify(signed(key, **changes))


async def test_a_symmetric_or_missing_algorithm_is_refused(jwks: Path, key: OKPKey) -> None:
    public = OctKey.import_key(str(key.as_dict(private=False)["x"]))
    with pytest.raises(Unauthenticated, match="signed with one of"):
        await authenticator(jwks).verify(signed(public, "HS256"))
    parts = [{"alg": "none", "kid": "k1"}, CLAIMS]
    unsigned = ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts) + "."
    with pytest.raises(Unauthenticated):
        await authenticator(jwks).verify(unsigned)


@pytest.mark.parametrize("token", ["", "rubbish", "a.b.c", "é.é.é", "x" * 9000])
async def test_what_is_no_token_is_refused(jwks: Path, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await authenticator(jwks).verify(token)


async def test_another_key_under_the_same_id_is_refused(jwks: Path) -> None:
    with pytest.raises(Unauthenticated, match="signature"):
        await authenticator(jwks).verify(signed(OKPKey.generate_key("Ed25519")))


async def test_an_algorithm_of_another_key_type_is_refused(jwks: Path, key: OKPKey) -> None:
    with pytest.raises(Unauthenticated):
        await authenticator(jwks).verify(signed(ECKey.generate_key("P-256"), "ES256"))


async def test_a_role_bounds_the_scopes_whatever_the_token_says(jwks: Path, key: OKPKey) -> None:
    found = await authenticator(jwks).verify(signed(key, scope="incidents:write personal:read invented:write"))
    assert found.scopes == {"incidents:write"}


async def test_a_remembered_token_still_expires(jwks: Path, key: OKPKey) -> None:
    times = iter([NOW, NOW + 599, NOW + 600])
    checked = Authenticator(jwks, issuer="fengqiao-local", audience="fengqiao", now=lambda: next(times))
    token = signed(key)
    first = await checked.verify(token)
    assert await checked.verify(token) is first
    with pytest.raises(Unauthenticated, match="expired"):
        await checked.verify(token)


async def test_a_new_key_is_found_but_strangers_cannot_make_us_look_all_the_time(tmp_path: Path, key: OKPKey) -> None:
    now = [100.0]
    source = publish(tmp_path / "jwks.json", k1=key)
    keys = KeySet(source, steady=lambda: now[0])
    checked = authenticator(keys)
    await checked.verify(signed(key))
    second = OKPKey.generate_key("Ed25519")
    publish(source, k1=key, k2=second)
    with pytest.raises(Unauthenticated, match="not known"):
        await checked.verify(signed(second, kid="k2"))
    now[0] += 1.0
    assert (await checked.verify(signed(second, kid="k2"))).client == "cs110"


async def test_a_withdrawn_key_stops_counting_also_for_remembered_tokens(tmp_path: Path, key: OKPKey) -> None:
    now = [100.0]
    source = publish(tmp_path / "jwks.json", k1=key)
    checked = authenticator(KeySet(source, steady=lambda: now[0]))
    token = signed(key)
    await checked.verify(token)
    fresh = OKPKey.generate_key("Ed25519")
    publish(source, k2=fresh)
    now[0] += REFRESH_AFTER_S
    await checked.verify(signed(fresh, kid="k2"))
    with pytest.raises(Unauthenticated, match="not known"):
        await checked.verify(token)


async def test_cached_keys_go_on_when_the_issuer_is_down(key: OKPKey) -> None:
    document = {"keys": [{**key.as_dict(private=False), "kid": "k1"}]}
    answers: Iterator[httpx.Response] = iter([httpx.Response(200, json=document)])
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        found = next(answers, None)
        if found is None:
            raise httpx.ConnectError("down")
        return found

    now = [0.0]
    keys = KeySet(
        "https://issuer.example/jwks",
        steady=lambda: now[0],
        client=lambda: httpx.AsyncClient(transport=httpx.MockTransport(answer)),
    )
    assert await keys.key("k1") is not None
    now[0] += REFRESH_AFTER_S
    assert await keys.key("k1") is not None
    assert len(asked) == 2
    now[0] += 1
    assert await keys.key("k1") is not None
    assert len(asked) == 2


async def test_no_keys_at_all_is_503_not_401(tmp_path: Path, key: OKPKey) -> None:
    with pytest.raises(Unavailable):
        await authenticator(tmp_path / "missing.json").verify(signed(key))


def test_a_key_set_gives_asymmetric_signing_keys_only(key: OKPKey) -> None:
    entries = [
        {**key.as_dict(private=False), "kid": "good"},
        {**key.as_dict(private=False), "kid": "encrypts", "use": "enc"},
        {**key.as_dict(private=False)},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "shared"},
        {"kty": "invented", "kid": "x"},
        7,
    ]
    assert list(usable_keys(json.dumps({"keys": entries}).encode())) == ["good"]
    with pytest.raises(ValueError, match="key set"):
        usable_keys(b"[]")


async def test_the_edge_answers_401_and_403(tmp_path: Path) -> None:
    mint = TokenMint(tmp_path)
    report = {"area": "gaoqiao", "location": {"lon": 1}}
    async with talking_to(build(tmp_path)) as client:
        nobody = await client.post("/v1/reports", json=report)
        assert nobody.status_code == 401
        assert nobody.headers["www-authenticate"] == 'Bearer realm="fengqiao"'
        basic = await client.post("/v1/reports", json=report, headers={"Authorization": "Basic eDp5"})
        assert basic.status_code == 401
        forged = await client.post("/v1/reports", json=report, headers={"Authorization": "Bearer a.b.c"})
        assert forged.status_code == 401
        assert "invalid_token" in forged.headers["www-authenticate"]

        async def post(token: str) -> httpx.Response:
            return await client.post("/v1/reports", json=report, headers={"Authorization": f"bearer {token}"})

        other_area = await post(mint.mint("integrator", ["shilipu"]))
        assert other_area.status_code == 403
        assert "gaoqiao" in other_area.json()["detail"]
        no_scope = await post(mint.mint("analyst", ["*"]))
        assert no_scope.status_code == 403
        assert 'scope="incidents:write"' in no_scope.headers["www-authenticate"]
        assert (await post(mint.mint("integrator", ["*"]))).status_code == 200


async def test_an_invalid_body_without_a_token_is_still_a_401(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path)) as client:
        assert (await client.post("/v1/reports", json={"nonsense": 1})).status_code == 401


async def test_production_refuses_a_development_token(tmp_path: Path) -> None:
    token = TokenMint(tmp_path).mint("integrator", ["*"], ttl=3600, development=True)
    for profile, status in (("local", 200), ("production", 401)):
        async with talking_to(build(tmp_path, profile=profile), token) as client:
            assert (await client.get("/v1/refusals/none")).status_code == status


def test_a_crew_acts_for_its_own_unit_only() -> None:
    crew = Principal("c", "crew", frozenset({"units:write"}), frozenset({"gaoqiao"}), "P3", "", NOW)
    crew.check_unit("P3")
    with pytest.raises(Forbidden, match="P4"):
        crew.check_unit("P4")
    Principal("d", "dispatcher", frozenset(), frozenset({"*"}), None, "", NOW).check_unit("P4")


def test_the_table_of_roles_is_whole() -> None:
    assert set(TABLE) == set(ROLES)
    assert TABLE["admin"] == set(SCOPES)
    assert set().union(*(TABLE[role] for role in ROLES if role != "admin")) == set(SCOPES)
    assert TABLE["dispatcher"] < TABLE["supervisor"]
    assert "personal:read" not in TABLE["dispatcher"]
    assert as_markdown().count("\n") == 2 + len(SCOPES)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"ttl": 601}, "600 s"),
        ({"ttl": 0}, "600 s"),
        ({"ttl": 13 * 3600, "development": True}, "43200 s"),
        ({"areas": []}, "--area"),
        ({"role": "crew"}, "--unit"),
        ({"scopes": ["personal:read"]}, "personal:read"),
    ],
)
def test_a_token_that_may_not_be_is_refused_with_a_sentence(
    tmp_path: Path, asked: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TokenError, match=sentence):
        TokenMint(tmp_path).mint(**{"role": "integrator", "areas": ["gaoqiao"], **asked})


def test_the_private_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    local_key(tmp_path)
    assert stat.S_IMODE((tmp_path / "keys" / "private.json").stat().st_mode) == 0o600
    assert "d" not in json.loads((tmp_path / "keys" / "jwks.json").read_text())["keys"][0]
    assert sorted(os.listdir(tmp_path / "keys")) == ["jwks.json", "private.json"]


def _key_id(data: Path, gate: Any, found: Any) -> None:
    gate.wait(10)
    found.put(local_key(data).kid)


def test_processes_that_start_at_once_share_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    gate, found = context.Barrier(6), context.Queue()
    started = [context.Process(target=_key_id, args=(tmp_path, gate, found)) for _ in range(6)]
    for process in started:
        process.start()
    kids = {found.get(timeout=10) for _ in started}
    for process in started:
        process.join(10)
    assert kids == {local_key(tmp_path).kid}


async def test_what_the_mint_makes_the_authenticator_takes(tmp_path: Path) -> None:
    token = TokenMint(tmp_path).mint("crew", ["gaoqiao"], unit="P3")
    checked = Authenticator(tmp_path / "keys" / "jwks.json", issuer="fengqiao-local", audience="fengqiao")
    found = await checked.verify(token)
    assert (found.role, found.unit, found.scopes) == ("crew", "P3", TABLE["crew"])
    assert 590 < found.expires_at - time.time() <= 600
