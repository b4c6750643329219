"""A small application on the HTTP edge, with every kind of refusal behind a route."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict

from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse, authenticator, create_app
from fengqiao.runtime.problems import (
    Conflict,
    Forbidden,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    TooManyRequests,
    Unavailable,
    Unprocessable,
    problem_responses,
)
from fengqiao.runtime.settings import ServiceSettings
from fengqiao.runtime.tokens import TokenMint

REFUSALS: Mapping[str, Problem] = {
    "forbidden": Forbidden("not yours"),
    "not-found": NotFound("no such thing"),
    "conflict": Conflict("too late", allowed=["reopen"]),
    "precondition-failed": PreconditionFailed("stale"),
    "unprocessable": Unprocessable.at("/lon", "out of range"),
    "precondition-required": PreconditionRequired("send If-Match"),
    "too-many-requests": TooManyRequests("slow down", retry_after=2.2),
    "unavailable": Unavailable("the store is away", retry_after=0.3),
}


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid")
    lon: float
    lat: float | None = None


class Report(BaseModel):
    model_config = ConfigDict(extra="forbid")
    area: str
    location: Place
    note: str = ""


router = APIRouter(prefix="/v1")


@router.post("/reports", responses=problem_responses(409))
async def report(body: Report, caller: Annotated[Principal, require("incidents:write")]) -> dict[str, str]:
    caller.check_area(body.area)
    return {"client": caller.client, "note": body.note}


@router.post("/reports:batch", dependencies=[require("incidents:write")])
async def batch(body: list[Report]) -> JsonResponse:
    return JsonResponse({"count": len(body)})


@router.get("/refusals/{slug}", dependencies=[require("incidents:read")])
async def refuse(slug: str, limit: int = 10) -> dict[str, int]:
    if slug == "bug":
        raise RuntimeError("secret inside 13812345678")
    if slug in REFUSALS:
        raise REFUSALS[slug]
    return {"limit": limit}


def build(data: Path, *, rows: Mapping[str, str] | None = None, **settings: Any) -> FastAPI:
    """The application with its keys in `data`."""
    loaded = ServiceSettings.load(data=data, **settings)

    async def readiness() -> Mapping[str, str]:
        return rows or {"kafka": "ok"}

    return create_app(
        name="example",
        version="1.2.3",
        settings=loaded,
        auth=authenticator(loaded),
        readiness=readiness,
        routers=[router],
        body_limits_by_path={"/v1/reports:batch": 4 * 1024 * 1024},
    )


@asynccontextmanager
async def talking_to(app: FastAPI, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://edge", headers=headers) as client:
        yield client


def integrator(data: Path) -> str:
    """A token that may do what the routes above ask for, in gaoqiao."""
    return TokenMint(data).mint("integrator", ["gaoqiao"])
