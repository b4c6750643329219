"""Every route of every service, with every role, without a token, and with a token for another area; and what
schemathesis makes up for each operation."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from fengqiao.cli.openapi import FOLDER, services
from fengqiao.contracts import ids
from fengqiao.runtime.roles import ROLES, scopes_of
from fengqiao.runtime.settings import ServiceName
from tests.conftest import run
from tests.system import NAMES, System

PUBLIC = re.compile(
    r"^/(livez|readyz|metrics|docs|openapi\.json|asyncapi|problems|static|sign-in|callback|\.well-known|$)"
)
INCIDENT = ids.incident_id("gaoqiao", ids.digest("nobody"))
SAMPLES = {
    "id": INCIDENT,
    "incident_id": INCIDENT,
    "case_id": f"{INCIDENT}.case",
    "assignment_id": f"{INCIDENT}.1",
    "area": "gaoqiao",
    "unit": "P1",
    "command_id": ids.command_id("x", "y"),
    "visit": "day-3",
    "paper": "p",
    "step_id": "broadcast",
}


def operations() -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """(service, method, path, scopes)."""
    for service in services():
        described = orjson.loads((FOLDER / f"{service}.json").read_bytes())
        for path, item in described["paths"].items():
            for method, operation in item.items():
                if method in ("get", "post", "put", "patch", "delete") and not PUBLIC.match(path):
                    scopes = frozenset(scope for one in operation["security"] for all in one.values() for scope in all)
                    yield service, method.upper(), path, scopes


ALL = list(operations())


@pytest.fixture(scope="module")
def everything(system: System) -> System:
    run(system.start(*NAMES, "notify"))
    return system


def url(system: System, service: str, path: str) -> str:
    filled = re.sub(r"\{(\w+)\}", lambda match: SAMPLES[match[1]], path)
    return f"{system.url(service)}{filled}"  # type: ignore[arg-type]  # a service's name


def test_every_operation_needs_a_scope() -> None:
    assert len(ALL) > 40
    assert [one for one in ALL if not one[3]] == []


async def test_without_a_token_nobody_gets_in(everything: System) -> None:
    async with httpx.AsyncClient(timeout=15) as http:
        for service, method, path, _ in ALL:
            answer = await http.request(method, url(everything, service, path), json={})
            assert answer.status_code == 401, f"{method} {path} of {service}"
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_role_gets_no_further_than_its_scopes(everything: System) -> None:
    refused = 0
    async with httpx.AsyncClient(timeout=15) as http:
        for role in ROLES:
            token = everything.token(role, unit="P1" if role == "crew" else None)
            for service, method, path, scopes in ALL:
                if scopes <= scopes_of(role):
                    continue
                answer = await http.request(
                    method, url(everything, service, path), json={}, headers={"Authorization": f"Bearer {token}"}
                )
                assert answer.status_code == 403, f"{role}: {method} {path} of {service} is {answer.status_code}"
                refused += 1
    assert refused > 200


async def test_a_token_for_another_area_sees_and_changes_nothing(everything: System) -> None:
    async with httpx.AsyncClient(timeout=15) as http:
        token = everything.token("admin", area="elsewhere")
        for service, method, path, _ in ALL:
            query = {} if "{area}" in path else {"area": "gaoqiao"}
            if path in ("/v1/snapshot", "/v1/stream"):
                query = {"areas": "gaoqiao"}
            answer = await http.request(
                method,
                url(everything, service, path),
                params=query,
                json={} if method != "GET" else None,
                headers={"Authorization": f"Bearer {token}", "If-Match": '"1"', "Prefer": "wait=0"},
            )
            if answer.status_code < 300:
                told = answer.json()
                empty = told in ({}, []) or (isinstance(told, dict) and told.get("items", "no") in ([], {}))
                common = path in ("/v1/sources", "/v1/areas", "/v1/categories", "/v1/mediators")
                assert empty or common, f"{method} {path} of {service}: {str(told)[:200]}"
            else:
                assert answer.status_code in (403, 404, 422), f"{method} {path} of {service} is {answer.status_code}"


@pytest.mark.parametrize("service", services())
def test_schemathesis_finds_no_server_error(everything: System, service: ServiceName) -> None:
    described = orjson.loads((FOLDER / f"{service}.json").read_bytes())
    described["paths"].pop("/v1/stream", None)  # a stream does not end; its own tests read it
    schema = schemathesis.openapi.from_dict(described)
    headers = {"Authorization": f"Bearer {everything.token('admin')}", "If-Match": '"1"'}
    tried = 0

    with httpx.Client(timeout=20) as http:
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]  # an invalid operation must fail the test

            @given(case=operation.as_strategy())
            @settings(
                max_examples=12,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
                database=None,
            )
            def holds(case: Any) -> None:
                nonlocal tried
                tried += 1
                kwargs = case.as_transport_kwargs(base_url=everything.url(service), headers=headers)
                kwargs.pop("cookies", None)
                request = http.build_request(
                    kwargs["method"],
                    kwargs["url"],
                    params=kwargs.get("params"),
                    headers=kwargs.get("headers"),
                    json=kwargs.get("json"),
                    content=kwargs.get("data"),
                )
                try:
                    answer = http.send(request)
                except httpx.LocalProtocolError:
                    return  # a header value that no client can send
                assert answer.status_code < 500, (
                    f"{request.method} {request.url}: {answer.status_code} {answer.text[:500]}"
                )

            holds()
    assert tried >= 10
    assert asyncio.run(_lives(everything.url(service)))


async def _lives(address: str) -> bool:
    async with httpx.AsyncClient() as http:
        return (await http.get(f"{address}/readyz", timeout=10)).status_code == 200
