"""`GET /v1/areas/{area}/ground`: what the map is drawn of. No tile, glyph or key comes from anywhere else."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Response
from fastapi import Path as InPath

from fengqiao.contracts.ids import AREA_PATTERN
from fengqiao.geo.areas import Area
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.problems import NotFound, problem_responses
from services.commandroom.ground import Ground, read_ground, read_kinds


def router(folder: Path, areas: Mapping[str, Area]) -> APIRouter:
    """folder: where the areas' folders are."""
    routes = APIRouter(tags=["ground"])
    read: dict[str, asyncio.Task[Ground]] = {}

    @routes.get(
        "/v1/areas/{area}/ground",
        responses={
            200: {"content": {"application/json": {"schema": {"type": "object"}}}},
            304: {"description": "The browser has it"},
            **problem_responses(403, 404),
        },
        response_class=Response,
    )
    async def ground(
        area: Annotated[str, InPath(pattern=AREA_PATTERN)],
        caller: Annotated[Principal, require("dispatch:read")],
        accept_encoding: Annotated[str | None, Header(max_length=200)] = None,
        if_none_match: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Response:
        """Roads, grid cells, zones, stations and standby points as GeoJSON (WGS-84), the neighbours that lend units,
        and pinyin initials of units and categories."""
        caller.check_area(area)
        if area not in areas:
            raise NotFound(f"There is no area {area}.")
        if area not in read:
            # One reading for all who ask at once; it is kept.
            read[area] = asyncio.create_task(asyncio.to_thread(read_ground, folder / area, areas[area]))
        found = await asyncio.shield(read[area])
        headers: dict[str, Any] = {"ETag": found.etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
        if if_none_match == found.etag:
            return Response(status_code=304, headers=headers)
        if "gzip" in (accept_encoding or ""):
            return Response(found.packed, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
        return Response(found.plain, media_type="application/json", headers=headers)

    @routes.get(
        "/v1/areas/{area}/kinds",
        responses={
            200: {"content": {"application/json": {"schema": {"type": "object"}}}},
            **problem_responses(403, 404),
        },
        response_class=Response,
    )
    async def kinds(
        area: Annotated[str, InPath(pattern=AREA_PATTERN)], caller: Annotated[Principal, require("cases:read")]
    ) -> Response:
        """What kinds of dispute are called, for those who may see cases but take no calls."""
        caller.check_area(area)
        if area not in areas:
            raise NotFound(f"There is no area {area}.")
        named = await asyncio.to_thread(read_kinds, folder / area)
        return Response(orjson.dumps(named), media_type="application/json", headers={"Cache-Control": "private"})

    return routes
