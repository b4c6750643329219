"""The edge as a client sees it: probes, problems, limits, traces, documentation."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from fengqiao.runtime.auth import OpenRoute, Principal, require, route_table
from fengqiao.runtime.http import authenticator, create_app
from fengqiao.runtime.metrics import exposition
from fengqiao.runtime.problems import PROBLEMS
from fengqiao.runtime.request_body import BodyGate
from fengqiao.runtime.settings import ServiceSettings
from tests.unit.runtime.edge_app import REFUSALS, build, integrator, talking_to

GOOD = {"area": "gaoqiao", "location": {"lon": 119.9}}


def problem_of(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == answer.status_code
    assert re.fullmatch(r"[0-9a-f]{32}", document["trace_id"])
    assert document["instance"].startswith("/")
    return document


@pytest.mark.parametrize("slug", sorted(REFUSALS))
async def test_every_problem_is_rendered_with_its_stable_type(tmp_path: Path, slug: str) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.get(f"/v1/refusals/{slug}")
    document = problem_of(answer)
    assert answer.status_code == REFUSALS[slug].status
    assert document["type"] == f"/problems/{slug}"
    assert document["detail"] == REFUSALS[slug].detail
    assert document["instance"] == f"/v1/refusals/{slug}"
    for name, value in REFUSALS[slug].headers.items():
        assert answer.headers[name] == value


async def test_conflict_says_what_is_allowed_and_retry_after_is_whole_seconds(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        assert (await client.get("/v1/refusals/conflict")).json()["allowed"] == ["reopen"]
        assert (await client.get("/v1/refusals/unavailable")).headers["retry-after"] == "1"
        assert (await client.get("/v1/refusals/too-many-requests")).headers["retry-after"] == "3"


async def test_a_bug_is_a_500_problem_that_tells_nothing_of_the_inside(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.get("/v1/refusals/bug")
    assert problem_of(answer)["type"] == "/problems/internal"
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b'{"area": 7, "location": {"lon": 1}}', 422, "/area"),
        (b'{"area": "gaoqiao", "location": {"lon": "x"}}', 422, "/location/lon"),
        (b'{"area": "gaoqiao", "location": {}}', 422, "/location/lon"),
        (b'{"area": "gaoqiao", "location": {"lon": 1}, "colour": 1}', 422, "/colour"),
        (b'{"area": "gaoqiao", "location": {"lon": NaN}}', 422, "/location/lon"),
        (b'{"area": "gaoqiao", "location": {"lon": -Infinity}}', 422, "/location/lon"),
        (b'{"area": "gaoqiao", "location": {"lon": 1e999}}', 422, "/location/lon"),
        (b'{"area": "gaoqiao", "location": {"lon": 1}, "a/b": 1}', 422, "/a~1b"),
        (b"{", 400, ""),
        (b'{"area": "\xff"}', 400, ""),
        (b"[" * 10_000 + b"]" * 10_000, 400, ""),
        (b"null", 422, ""),
        (b"", 422, ""),
    ],
)
async def test_a_wrong_body_is_refused_with_the_field_named(
    tmp_path: Path, body: bytes, status: int, pointer: str
) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.post("/v1/reports", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert [error["pointer"] for error in problem_of(answer)["errors"]] == [pointer]
    assert "\\u" not in answer.text


async def test_a_body_of_another_media_type_is_a_415(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.post("/v1/reports", content=b"a=1", headers={"content-type": "text/plain"})
    assert answer.status_code == 415
    assert problem_of(answer)["type"] == "/problems/unsupported-media-type"


async def test_a_wrong_query_value_says_where_it_stands(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.get("/v1/refusals/none", params={"limit": "many"})
    assert [(error["in"], error["pointer"]) for error in problem_of(answer)["errors"]] == [("query", "/limit")]


async def test_unknown_paths_and_methods_are_problems_and_no_metric_labels(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        assert problem_of(await client.get("/v1/secret-path"))["type"] == "/problems/not-found"
        wrong = await client.delete("/v1/reports")
        assert problem_of(wrong)["type"] == "/problems/method-not-allowed"
        assert wrong.headers["allow"] == "POST"
        await client.request("INVENTED", "/v1/reports")
        await client.get("/v1/refusals/one-of-many")
    shown = exposition().decode()
    assert 'route="/v1/refusals/{slug}"' in shown
    assert 'route="unmatched"' in shown
    assert "secret-path" not in shown
    assert "INVENTED" not in shown
    assert "one-of-many" not in shown


async def test_a_declared_length_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        taken += 1
        yield b"{}"

    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.post("/v1/reports", content=body(), headers={"content-length": str(256 * 1024 + 1)})
    assert answer.status_code == 413
    assert problem_of(answer)["limit"] == 256 * 1024
    assert taken == 0


@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/v1/reports", 256 * 1024 - 100, 200),
        ("/v1/reports", 256 * 1024 + 1, 413),
        ("/v1/reports:batch", 256 * 1024 + 1, 200),
        ("/v1/reports:batch", 4 * 1024 * 1024 + 1, 413),
    ],
)
async def test_a_streamed_body_is_counted_as_it_comes(tmp_path: Path, path: str, size: int, status: int) -> None:
    document = json.dumps({**GOOD, "note": ""} if status == 200 and path == "/v1/reports" else [])
    payload = document.encode().ljust(size)

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(payload), 10_000):
            yield payload[start : start + 10_000]

    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.post(path, content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == status


async def test_a_body_that_does_not_arrive_is_refused_in_time() -> None:
    async def never(*_: Any) -> None:
        raise AssertionError("the application was called")

    async def silent() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    gate = BodyGate(never, limit=10, limits={}, arrival_s=0.01)
    scope = {"type": "http", "method": "POST", "path": "/v1/x", "headers": [(b"content-length", b"5")]}
    await gate(scope, silent, send)
    assert sent[0]["status"] == 408


async def test_traces_are_continued_and_ids_answered(tmp_path: Path) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with talking_to(build(tmp_path)) as client:
        given = {"traceparent": f"00-{trace}-b7ad6b7169203331-01", "x-request-id": "call-7"}
        answer = await client.get("/nowhere", headers=given)
        assert answer.json()["trace_id"] == answer.headers["x-trace-id"] == trace
        assert answer.headers["x-request-id"] == "call-7"
        fresh = await client.get("/nowhere", headers={"traceparent": "rubbish", "x-request-id": "a b\n"})
        assert fresh.headers["x-request-id"] == fresh.headers["x-trace-id"] != trace


async def test_probes_answer_without_a_token(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path, rows={"kafka": "ok", "documents": "no answer"})) as client:
        assert (await client.get("/livez")).json() == {"status": "ok"}
        away = await client.get("/readyz")
        assert away.status_code == 503
        assert away.json()["dependencies"] == {"kafka": "ok", "documents": "no answer"}
        assert "fengqiao_http_request_seconds" in (await client.get("/metrics")).text
    async with talking_to(build(tmp_path)) as client:
        assert (await client.get("/readyz")).status_code == 200


async def test_the_documentation_asks_no_other_host_for_anything(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path)) as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        referred = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(referred) == 4
        for address in referred:
            assert not address.startswith(("http", "//", "/"))
            assert (await client.get(f"/{address}")).status_code == 200
        assert "http" not in (await client.get("/docs/start.js")).text


async def test_production_shows_no_documentation_page(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path, profile="production")) as client:
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 200


async def test_openapi_declares_scopes_and_problems(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path)) as client:
        document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    post = document["paths"]["/v1/reports"]["post"]
    assert post["security"] == [{"bearer": ["incidents:write"]}]
    assert {"400", "401", "403", "408", "409", "413", "415", "422", "503"} <= set(post["responses"])
    assert list(post["responses"]["422"]["content"]) == ["application/problem+json"]
    assert "HTTPValidationError" not in json.dumps(document)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


async def test_every_problem_type_has_its_page_in_both_languages(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path)) as client:
        listed = (await client.get("/problems")).json()["items"]
        assert [one["type"] for one in listed] == [f"/problems/{problem.slug}" for problem in PROBLEMS]
        for one in listed:
            assert one["meaning"]
            assert re.search("[一-鿿]", one["meaning_zh"])
            page = await client.get(one["type"], headers={"accept": "text/html"})
            assert page.headers["content-type"].startswith("text/html")
            assert one["meaning_zh"] in page.text
        assert (await client.get("/problems/invented")).status_code == 404


async def test_chinese_stays_utf8(tmp_path: Path) -> None:
    async with talking_to(build(tmp_path), integrator(tmp_path)) as client:
        answer = await client.post("/v1/reports", json={**GOOD, "note": "两人打架"})
    assert "两人打架".encode() in answer.content


def _app_with(tmp_path: Path, router: APIRouter) -> FastAPI:
    settings = ServiceSettings.load(data=tmp_path)

    async def readiness() -> dict[str, str]:
        return {}

    return create_app(
        name="open",
        version="1",
        settings=settings,
        auth=authenticator(settings),
        readiness=readiness,
        routers=[router],
    )


def test_an_open_route_keeps_the_application_from_being_built(tmp_path: Path) -> None:
    inner, outer = APIRouter(), APIRouter(prefix="/v1")

    @inner.get("/forgotten")
    async def forgotten() -> None: ...

    outer.include_router(inner, prefix="/deep")
    with pytest.raises(OpenRoute, match=r"GET /v1/deep/forgotten"):
        _app_with(tmp_path, outer)


async def test_an_open_route_added_later_keeps_the_application_from_starting(tmp_path: Path) -> None:
    app = _app_with(tmp_path, APIRouter())

    @app.get("/docsearch")
    async def looks_public() -> None: ...

    with pytest.raises(OpenRoute, match="/docsearch"):
        async with app.router.lifespan_context(app):
            pass


def test_the_route_table_names_each_scope(tmp_path: Path) -> None:
    router = APIRouter()

    @router.get("/v1/any")
    async def signed_in(caller: Annotated[Principal, require()]) -> None: ...

    rows = {row.path: row.scopes for row in route_table(_app_with(tmp_path, router))}
    assert rows["/v1/any"] == ()
    assert rows["/livez"] is None
    assert {row.path: row.scopes for row in route_table(build(tmp_path))}["/v1/reports"] == ("incidents:write",)
