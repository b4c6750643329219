"""Who is asking, and may they: bearer tokens checked, scopes and areas required. Always on.

    @router.get("/v1/units")
    async def units(area: str, caller: Annotated[Principal, require("dispatch:read")]) -> Units:
        caller.check_area(area)

A route without `require` outside `PUBLIC_PATHS` keeps the application from starting (`refuse_open_routes`).

    OpenRoute(Exception)    a route that anybody could call
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final, Protocol, TypeGuard

from fastapi import FastAPI, Security
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import HTTPBearer
from fastapi.routing import iter_route_contexts
from fastapi.security.base import SecurityBase
from joserfc import jws, jwt
from joserfc.errors import JoseError
from starlette.requests import Request

from fengqiao.runtime.keys import KeySet
from fengqiao.runtime.metrics import AUTH_REFUSED
from fengqiao.runtime.problems import Forbidden, Unauthenticated
from fengqiao.runtime.roles import ROLES, SCOPES, Role, Scope, scopes_of

ALGORITHMS: Final = ("Ed25519", "EdDSA", "ES256", "PS256", "RS256")
"""Asymmetric ones only: nobody who can check a token can make one."""

PUBLIC_PATHS: Final = (
    "/static",
    "/sign-in",
    "/callback",
    "/livez",
    "/readyz",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/asyncapi",
    "/problems",
    "/.well-known",
)
"""What is open without a token, each with everything below it, and `/` itself. Nothing else."""

LEEWAY_S: Final = 10.0
"""By how much the issuer's clock may be ahead of ours."""
LONGEST_TOKEN_S: Final = 600.0
LONGEST_DEVELOPMENT_TOKEN_S: Final = 12 * 3600.0
_REMEMBERED: Final = 4096
_LONGEST_HEADER: Final = 8192
_ROLES: Final[Mapping[str, Role]] = {role: role for role in ROLES}
_SCOPES: Final[Mapping[str, Scope]] = {scope: scope for scope in SCOPES}


class OpenRoute(Exception):
    """A route outside the public list requires no token; names it."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking.

    areas: ids, or "*" for all. unit: the crew's. expires_at: real seconds of the Unix epoch.
    """

    client: str
    role: Role
    scopes: frozenset[Scope]
    areas: frozenset[str]
    unit: str | None
    token_id: str
    expires_at: float

    def has(self, scope: Scope) -> bool:
        """Whether the token carries `scope`."""
        return scope in self.scopes

    def may(self, area: str) -> bool:
        """Whether the token covers `area`."""
        return area in self.areas or "*" in self.areas

    def check_area(self, area: str) -> None:
        """Raises Forbidden when the token does not cover `area`."""
        if not self.may(area):
            raise Forbidden(f"This token is not for the area {area}.")

    def check_unit(self, unit: str) -> None:
        """Raises Forbidden when a crew acts for a unit that is not its own."""
        if self.role == "crew" and self.unit != unit:
            raise Forbidden(f"This token is for the unit {self.unit}, not for {unit}.")


class Authenticates(Protocol):
    """Finds out who sent a request."""

    async def principal(self, request: Request) -> Principal:
        """Raises Unauthenticated, or Unavailable when it cannot be found out just now."""
        ...


class Authenticator:
    """Checks bearer tokens against the keys at `jwks` (path or URL).

    A token checked once is remembered until it expires. now: real seconds of the Unix epoch.
    longest_s: tokens made to live longer are refused.
    """

    def __init__(
        self,
        jwks: str | Path | KeySet,
        *,
        issuer: str,
        audience: str,
        longest_s: float = LONGEST_TOKEN_S,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = jwks if isinstance(jwks, KeySet) else KeySet(jwks)
        self._issuer = issuer
        self._audience = audience
        self._longest_s = longest_s
        self._now = now
        self._seen: OrderedDict[str, Principal] = OrderedDict()
        self._generation = -1

    async def principal(self, request: Request) -> Principal:
        """Who sent `request`. Raises Unauthenticated, Unavailable."""
        for name, value in request.scope["headers"]:
            if name == b"authorization":
                scheme, _, token = value.decode("latin-1").partition(" ")
                if scheme.lower() == "bearer":
                    return await self.verify(token.strip())
        AUTH_REFUSED.labels("none").inc()
        raise Unauthenticated("Send a token: Authorization: Bearer <JWT>.")

    async def verify(self, token: str) -> Principal:
        """Who `token` speaks for. Raises Unauthenticated, Unavailable."""
        known = self._seen.get(token)
        if known is not None and self._generation == self._keys.generation:
            if known.expires_at <= self._now():
                del self._seen[token]
                raise self._refused("expired", "The token has expired: get a new one.")
            self._seen.move_to_end(token)
            return known
        found = self._read(await self._claims(token))
        if self._generation != self._keys.generation:
            self._seen.clear()
            self._generation = self._keys.generation
        self._seen[token] = found
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return found

    async def _claims(self, token: str) -> Mapping[str, Any]:
        if len(token) > _LONGEST_HEADER:
            raise self._refused("malformed", "The token is too long.")
        try:
            header = jws.extract_compact(token.encode("ascii")).headers()
        except (JoseError, ValueError) as error:
            raise self._refused("malformed", "The token is not a JWT.") from error
        if header.get("alg") not in ALGORITHMS:
            raise self._refused("algorithm", f"The token must be signed with one of {', '.join(ALGORITHMS)}.")
        kid = header.get("kid")
        key = await self._keys.key(kid) if isinstance(kid, str) else None
        if key is None:
            raise self._refused("key", "The token was signed with a key that is not known here.")
        try:
            return jwt.decode(token, key, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError) as error:
            raise self._refused("signature", "The token's signature is not good.") from error

    def _read(self, claims: Mapping[str, Any]) -> Principal:
        if claims.get("iss") != self._issuer:
            raise self._refused("issuer", "The token comes from another issuer.")
        audience = claims.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise self._refused("audience", "The token is for another audience.")
        expires, issued = claims.get("exp"), claims.get("iat")
        not_before = claims.get("nbf", issued)
        now = self._now()
        if not (_is_time(expires) and _is_time(issued) and _is_time(not_before)):
            raise self._refused("claims", "The token must say exp and iat in seconds.")
        if expires <= now:
            raise self._refused("expired", "The token has expired: get a new one.")
        if issued > now + LEEWAY_S or not_before > now + LEEWAY_S:
            raise self._refused("early", "The token is not valid yet: compare the clocks.")
        if expires - issued > self._longest_s + LEEWAY_S:
            raise self._refused("lifetime", f"The token lives longer than {self._longest_s:g} s.")
        role = _ROLES.get(claims["role"]) if isinstance(claims.get("role"), str) else None
        areas, scope, subject, unit = (claims.get(name) for name in ("areas", "scope", "sub", "unit"))
        if role is None or not isinstance(subject, str) or not subject or not isinstance(scope, str):
            raise self._refused("claims", "The token must say sub, role and scope.")
        if not isinstance(areas, list) or not all(isinstance(area, str) for area in areas):
            raise self._refused("claims", "The token must list its areas.")
        if unit is not None and not isinstance(unit, str):
            raise self._refused("claims", "The token's unit must be text.")
        named = frozenset(_SCOPES[name] for name in scope.split() if name in _SCOPES)
        return Principal(
            client=subject,
            role=role,
            # The role bounds what an issuer may hand out, whatever it writes into a token.
            scopes=named & scopes_of(role),
            areas=frozenset(areas),
            unit=unit,
            token_id=str(claims.get("jti", "")),
            expires_at=float(expires),
        )

    @staticmethod
    def _refused(reason: str, detail: str) -> Unauthenticated:
        AUTH_REFUSED.labels(reason).inc()
        return Unauthenticated(detail, error="invalid_token")


def _is_time(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


class Requirement(SecurityBase):
    """The dependency behind `require`: a signed-in caller with all of `scopes`."""

    def __init__(self, scopes: tuple[Scope, ...]) -> None:
        self.model = HTTPBearer(bearerFormat="JWT", description="A token whose scopes cover the route's.")
        self.scheme_name = "bearer"
        self.scopes = scopes

    async def __call__(self, request: Request) -> Principal:
        authenticator: Authenticates = request.app.state.authenticator
        caller = await authenticator.principal(request)
        for scope in self.scopes:
            if scope not in caller.scopes:
                raise Forbidden(f"This needs the scope {scope}, which the token does not have.", scope=scope)
        return caller


def require(*scopes: Scope) -> Any:
    """Annotate a parameter with this to get the caller, who must have all of `scopes` (none: be signed in).

    `caller: Annotated[Principal, require("cases:read")]`, or `dependencies=[require("cases:read")]`.
    """
    return Security(Requirement(scopes), scopes=list(scopes))


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route as it is guarded. scopes: None when it is open, empty when any token will do."""

    path: str
    methods: tuple[str, ...]
    scopes: tuple[Scope, ...] | None


def route_table(app: FastAPI) -> list[RouteRow]:
    """Every route of `app` and what it requires: for tests that walk them, and for the guides."""
    rows = []
    for route in iter_route_contexts(app.routes):
        required = list(_requirements(getattr(route, "dependant", None)))
        scopes = tuple(dict.fromkeys(scope for one in required for scope in one.scopes)) if required else None
        rows.append(RouteRow(route.path or "", tuple(sorted(route.methods or ())), scopes))
    return rows


def _requirements(dependant: Dependant | None) -> Iterator[Requirement]:
    if dependant is None:
        return
    if isinstance(dependant.call, Requirement):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from _requirements(inner)


def is_public(path: str) -> bool:
    """Whether `path` is open to everybody."""
    return path == "/" or any(path == open_ or path.startswith(open_ + "/") for open_ in PUBLIC_PATHS)


def refuse_open_routes(app: FastAPI) -> None:
    """Raises OpenRoute when a route outside the public list requires no token."""
    for row in route_table(app):
        if row.scopes is None and not is_public(row.path):
            raise OpenRoute(
                f"{' '.join(row.methods)} {row.path or '(a mounted application)'} of {app.title} is open to "
                'everybody: give it a parameter Annotated[Principal, require("scope")].'
            )
