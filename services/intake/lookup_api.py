"""HTTP in: what a reporting system needs to know before it reports: places, sources, categories, areas."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.requests import Request

from fengqiao.contracts.ids import AREA_PATTERN
from fengqiao.geo.areas import Area, Community, Station, Zone
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.http import JsonResponse, problem_responses
from fengqiao.runtime.problems import NotFound, Unprocessable
from services.intake.answers import (
    AreasAnswer,
    CategoriesAnswer,
    DuplicatesAnswer,
    FoundPlacesAnswer,
    SourcesAnswer,
)
from services.intake.desk import desk_of
from services.intake.domain.categories import Row
from services.intake.domain.crosswalk import Crosswalk
from services.intake.domain.drafts import NAME_LENGTH, PlaceDraft
from services.intake.domain.errors import Refusal
from services.intake.domain.ground import Ground
from services.intake.domain.placing import place
from services.intake.domain.taking import find_category
from services.intake.refusals import problem_of

router = APIRouter(prefix="/v1", tags=["look up"])

Caller = Annotated[Principal, require("places:read")]
AreaName = Annotated[str, Query(pattern=AREA_PATTERN)]


@router.get(
    "/places", response_model=None, responses={200: {"model": FoundPlacesAnswer}, **problem_responses(404, 422)}
)
async def find_places(
    request: Request,
    caller: Caller,
    area: AreaName,
    q: Annotated[str, Query(min_length=1, max_length=NAME_LENGTH)],
    limit: Annotated[int, Query(ge=1, le=200)] = 10,
    spoken: bool = False,
) -> JsonResponse:
    """Places of the area by name (Chinese, English, pinyin, initials), surest first. `spoken`: `q` is an address as
    somebody says it; told is the one place, or none, that a report of it would be taken for, and how surely."""
    names = _ground(request, caller, area).gazetteer
    best = names.best(q) if spoken else None
    hits = ([] if best is None else [best]) if spoken else names.search(q, limit)
    items = [
        {
            "name": hit.name,
            "name_en": hit.name_en,
            "kind": hit.kind,
            "lon": hit.lon,
            "lat": hit.lat,
            "grid_cell": hit.grid_cell,
            "confidence": hit.confidence,
        }
        for hit in hits
    ]
    return JsonResponse({"items": items, "next": None})


@router.get(
    "/duplicates", response_model=None, responses={200: {"model": DuplicatesAnswer}, **problem_responses(403, 422)}
)
async def find_duplicates(
    request: Request,
    caller: Annotated[Principal, require("incidents:write")],
    area: AreaName,
    category: Annotated[str, Query(min_length=1, max_length=64)],
    address: Annotated[str | None, Query(max_length=NAME_LENGTH)] = None,
    lon: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
    lat: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
) -> JsonResponse:
    """Which open incidents a call of this moment may be about, before it is accepted: what its answer would suggest."""
    desk = desk_of(request)
    try:
        placed = place(PlaceDraft(address=address, lon=lon, lat=lat), area, desk.grounds, caller.may)
        row = find_category(placed.ground, None, category)
    except ValidationError as error:
        raise Unprocessable.at("/lon", "send lon and lat together, or neither") from error
    except Refusal as refusal:
        raise problem_of(refusal) from None
    items = [one.model_dump() for one in desk.acceptance.like(area, row.category.code, placed.location)]
    return JsonResponse({"items": items, "next": None})


@router.get("/sources", response_model=None, responses={200: {"model": SourcesAnswer}, **problem_responses(404, 422)})
async def list_sources(request: Request, caller: Caller, area: AreaName | None = None) -> JsonResponse:
    """Who may report, and what a report of theirs is about when it does not say."""
    grounds = _grounds(request, caller) if area is None else [_ground(request, caller, area)]
    items = [
        {
            "area": ground.area.id,
            "source": one.source,
            "name_zh": one.name_zh,
            "name_en": one.name_en,
            "default_category": one.default_category,
            "channel": one.channel,
            "roles": sorted(one.roles),
            "clients": list(one.clients),
            "priority_shift": one.priority_shift,
            "moves": one.moves,
            "categories": dict(one.categories),
            "category_set": one.category_set,
        }
        for ground in grounds
        for one in ground.sources.values()
    ]
    return JsonResponse({"items": items, "next": None})


@router.get(
    "/categories", response_model=None, responses={200: {"model": CategoriesAnswer}, **problem_responses(404, 422)}
)
async def list_categories(request: Request, caller: Caller, area: AreaName) -> JsonResponse:
    """The area's category set: codes with levels and aliases, tags, what is reported up at once, and what each code is
    in another set."""
    ground = _ground(request, caller, area)
    categories = ground.categories
    return JsonResponse(
        {
            "version": categories.version,
            "levels": [
                {"level": int(one.id), "name_zh": one.name_zh, "name_en": one.name_en} for one in categories.levels
            ],
            "report_up_from_level": categories.report_up_from_level,
            "report_up": [
                {
                    "id": one.id,
                    "name_zh": one.name_zh,
                    "name_en": one.name_en,
                    "categories": list(one.categories),
                    "tags": list(one.tags),
                }
                for one in categories.report_up
            ],
            "tags": [{"tag": one.id, "name_zh": one.name_zh, "name_en": one.name_en} for one in categories.tags],
            "crosswalk": None if ground.crosswalk is None else _crosswalk(ground.crosswalk),
            "items": [_category(ground, row) for row in categories.rows],
            "next": None,
        }
    )


@router.get("/areas", response_model=None, responses={200: {"model": AreasAnswer}})
async def list_areas(request: Request, caller: Caller) -> JsonResponse:
    """The areas that the token covers."""
    return JsonResponse({"items": [_area(ground.area) for ground in _grounds(request, caller)], "next": None})


def _grounds(request: Request, caller: Principal) -> list[Ground]:
    return [ground for area, ground in desk_of(request).grounds.by_area.items() if caller.may(area)]


def _ground(request: Request, caller: Principal, area: str) -> Ground:
    caller.check_area(area)
    ground = desk_of(request).grounds.get(area)
    if ground is None:
        raise NotFound(f"There is no area {area}.")
    return ground


def _category(ground: Ground, row: Row) -> dict[str, Any]:
    code = row.category.code
    return {
        "code": code,
        "name_zh": row.category.name_zh,
        "name_en": row.category.name_en,
        "aliases": list(row.aliases),
        "priority": row.priority,
        "parent": code[:-2] or None,
        "dispute_kind": row.dispute_kind,
        "level": row.level,
        "void": row.void,
        "crosswalk": [] if ground.crosswalk is None else list(ground.crosswalk.there(code)),
    }


def _crosswalk(crosswalk: Crosswalk) -> dict[str, Any]:
    return {
        "to": crosswalk.other,
        "items": [
            {"code": code, "name_zh": zh, "name_en": en, "here": list(crosswalk.here(code))}
            for code, (zh, en) in crosswalk.names.items()
        ],
    }


def _area(area: Area) -> dict[str, Any]:
    return {
        **_named(area),
        "timezone": area.timezone,
        "partition": area.partition,
        "stations": [_named(one) for one in area.stations],
        "communities": [_named(one) for one in area.communities],
        "zones": [_named(one) for one in area.zones],
        "boundary": area.boundary,
    }


def _named(one: Area | Station | Community | Zone) -> dict[str, Any]:
    return {"id": one.id, "name_zh": one.name_zh, "name_en": one.name_en}
