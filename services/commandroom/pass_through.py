"""`/intake/…`, `/dispatch/…`, `/mediation/…`, `/analytics/…`: the browser speaks to one origin only.

A request with a session goes on with a token of ten minutes made from it; one with a token goes on with that.
"""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Path, Request, Response

from fengqiao.runtime import telemetry
from fengqiao.runtime.auth import Principal, require
from fengqiao.runtime.problems import NotFound, Unauthenticated, Unavailable, problem_responses
from fengqiao.runtime.tokens import TokenMint
from services.commandroom.oidc import Oidc, SignInFailed, Tokens
from services.commandroom.sessions import on_loopback

_DROPPED: Final = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "content-length",
        "content-encoding",
        "cookie",
        "set-cookie",
        "x-csrf-token",
        "authorization",
        "accept-encoding",
        "date",
        "server",
    }
)
_PATH: Final = "/:@!$&'()*+,;=~"
_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def router(
    http: httpx.AsyncClient, services: Mapping[str, str], mint: TokenMint | None, oidc: Oidc | None = None
) -> APIRouter:
    """services: name → address. mint None: there are no keys here to make tokens with. oidc: the central issuer, whose
    tokens the browser keeps."""
    routes = APIRouter(tags=["pass-through"])

    @routes.api_route(
        "/{service}/v1/{path:path}",
        methods=_METHODS,
        include_in_schema=False,
        responses=problem_responses(404, 503),
    )
    async def pass_on(
        service: Annotated[str, Path(max_length=40)],
        path: Annotated[str, Path(max_length=500)],
        request: Request,
        caller: Annotated[Principal, require()],
    ) -> Response:
        """Pass the request on to the service."""
        address = services.get(service)
        if address is None:
            raise NotFound(f"There is no service {service[:40]}.")
        if {".", ".."} & set(path.split("/")):
            raise NotFound("There is no such path.")  # it would lead out of what is passed on
        headers = {name: value for name, value in request.headers.items() if name not in _DROPPED}
        renewed: Tokens | None = None
        if (bearer := request.headers.get("authorization")) is None:
            bearer, renewed = await _of_session(request, caller, mint, oidc)
        headers["authorization"] = bearer
        trace = telemetry.traceparent()
        if trace is not None:
            headers["traceparent"] = trace
        try:
            answer = await http.request(
                request.method,
                f"{address}/v1/{quote(path, safe=_PATH)}",
                params=request.query_params,
                headers=headers,
                content=await request.body(),
            )
        except httpx.TransportError as error:
            raise Unavailable(f"{service} does not answer just now.", retry_after=1) from error
        told = {name: value for name, value in answer.headers.items() if name not in _DROPPED}
        response = Response(answer.content, answer.status_code, headers=told)
        if renewed is not None and oidc is not None:
            oidc.put(renewed, response, secure=not on_loopback(request))
        return response

    return routes


async def _of_session(
    request: Request, caller: Principal, mint: TokenMint | None, oidc: Oidc | None
) -> tuple[str, Tokens | None]:
    """The token to pass on with, and what the browser has to keep from now on, if that is something new."""
    kept = None if oidc is None else oidc.read(request)
    if oidc is None or kept is None:
        return _token(mint, caller), None
    try:
        fresh = await oidc.fresh(kept)
    except SignInFailed as error:
        raise Unauthenticated(str(error)) from error
    return f"Bearer {fresh.access}", None if fresh is kept else fresh


def _token(mint: TokenMint | None, caller: Principal) -> str:
    if mint is None:
        raise Unavailable("Sessions cannot be passed on here: no key to sign with is set up.")
    scopes = sorted(caller.scopes)
    token = mint.mint(caller.role, sorted(caller.areas), unit=caller.unit, client=caller.client, scopes=scopes)
    return f"Bearer {token}"
