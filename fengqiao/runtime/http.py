"""One way to build a service's HTTP side: same probes, same problems, same limits, never open by accident.

app = create_app(name="intake", version=__version__, settings=settings, auth=authenticator(settings),
                 readiness=checks, routers=[api.router], lifespan=run)
serve(app, host=settings.bind, port=settings.port("intake"))
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final, TypeAlias

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from fengqiao.runtime import docs_page, problem_handlers, problem_pages
from fengqiao.runtime.auth import (
    LONGEST_DEVELOPMENT_TOKEN_S,
    LONGEST_TOKEN_S,
    Authenticates,
    Authenticator,
    refuse_open_routes,
)
from fengqiao.runtime.metrics import CONTENT_TYPE, exposition
from fengqiao.runtime.problems import PROBLEM_SCHEMA, problem_responses
from fengqiao.runtime.request_body import BATCH_LIMIT, DEFAULT_LIMIT, BodyGate
from fengqiao.runtime.request_trail import RequestTrail, route_templates
from fengqiao.runtime.serving import serve, serve_async, stopping
from fengqiao.runtime.settings import ServiceSettings

__all__ = [
    "BATCH_LIMIT",
    "DEFAULT_LIMIT",
    "JsonResponse",
    "authenticator",
    "create_app",
    "problem_responses",
    "serve",
    "serve_async",
    "stopping",
]

OK: Final = "ok"
"""What a dependency's row at `/readyz` reads when nothing is wrong with it."""

Readiness: TypeAlias = Callable[[], Awaitable[Mapping[str, str]]]
Lifespan: TypeAlias = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class JsonResponse(Response):
    """JSON by orjson, for answers made without a response model: Chinese stays UTF-8, dates are RFC 3339."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z)


def authenticator(settings: ServiceSettings) -> Authenticator:
    """The authenticator the settings ask for. Only a local installation takes development tokens (12 h)."""
    local = settings.profile == "local"
    return Authenticator(
        settings.jwks_source,
        issuer=settings.issuer,
        audience=settings.audience,
        longest_s=LONGEST_DEVELOPMENT_TOKEN_S if local else LONGEST_TOKEN_S,
    )


def create_app(
    *,
    name: str,
    version: str,
    settings: ServiceSettings,
    auth: Authenticates,
    readiness: Readiness,
    routers: Sequence[APIRouter] = (),
    lifespan: Lifespan | None = None,
    body_limit: int = DEFAULT_LIMIT,
    body_limits_by_path: Mapping[str, int] | None = None,
) -> FastAPI:
    """The application of service `name`.

    readiness: a row per dependency: "ok", "ok, …" with a remark, or what is wrong with it.
    lifespan: entered before the first request, left after the last.
    body_limit, body_limits_by_path: bytes; paths as they are requested (`/v1/incidents:batch`).
    Raises OpenRoute when a route outside the public list requires no token, here and again at the start.
    """

    @asynccontextmanager
    async def guarded(app: FastAPI) -> AsyncIterator[None]:
        refuse_open_routes(app)
        if lifespan is None:
            yield
        else:
            async with lifespan(app):
                yield

    app = FastAPI(
        title=f"Fengqiao {name}",
        version=version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=guarded,
    )
    app.state.authenticator = auth
    app.state.settings = settings
    problem_handlers.install(app)
    # First, so that no page or pass-through of a service can hide them; not as a router: those match slower.
    _add_operation_routes(app, readiness)
    for router in routers:
        app.include_router(router)
    app.include_router(problem_pages.router)
    # The outline of the interface is public; the page to try it on is not for a production network.
    if settings.profile != "production":
        docs_page.install(app, app.title)
    # Added last is outermost: the trail also sees what the gate refuses.
    app.add_middleware(BodyGate, limit=body_limit, limits=dict(body_limits_by_path or {}))
    app.add_middleware(RequestTrail, templates=lambda: route_templates(app))
    refuse_open_routes(app)
    return app


def _add_operation_routes(app: FastAPI, readiness: Readiness) -> None:
    async def livez() -> dict[str, str]:
        """The process answers. Asks nobody else."""
        return {"status": OK}

    async def readyz() -> Response:
        """Whether requests can be served: a row for each dependency."""
        rows = dict(await readiness())
        ready = all(state == OK or state.startswith(f"{OK}, ") for state in rows.values())
        document = {"status": OK if ready else "not ready", "dependencies": rows}
        return JsonResponse(document, 200 if ready else 503)

    async def metrics() -> Response:
        return Response(exposition(), media_type=CONTENT_TYPE)

    async def openapi() -> Response:
        return JsonResponse(outline(app))

    away: dict[int | str, dict[str, Any]] = {503: {"description": "At least one dependency is away"}}
    app.add_api_route("/livez", livez, tags=["operation"])
    app.add_api_route("/readyz", readyz, tags=["operation"], responses=away)
    app.add_api_route("/metrics", metrics, include_in_schema=False)
    app.add_api_route("/openapi.json", openapi, include_in_schema=False)


def outline(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of `app`, made once, with every refusal a route can answer with."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, openapi_version="3.1.0", routes=app.routes)
        components = document.setdefault("components", {})
        schemas = components.setdefault("schemas", {})
        for framework_own in ("HTTPValidationError", "ValidationError"):
            schemas.pop(framework_own, None)
        schemas["Problem"] = PROBLEM_SCHEMA
        for operations in document["paths"].values():
            for operation in operations.values():
                _declare_problems(operation)
        app.openapi_schema = document
    return app.openapi_schema


def _declare_problems(operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    statuses: list[int] = []
    if "422" in responses:
        statuses.append(422)
        del responses["422"]
    if operation.get("security"):
        # 503: the keys tokens are checked with can be out of reach.
        statuses += [401, 403, 503]
    if "requestBody" in operation:
        statuses += [400, 408, 413, 415]
    for status, declared in problem_responses(*statuses).items():
        responses.setdefault(str(status), declared)
