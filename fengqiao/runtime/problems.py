"""What a request can be refused with. Raised anywhere below a route, rendered as `application/problem+json`
(RFC 9457).

    Problem
    ├── Malformed               400  the body is not JSON in UTF-8
    ├── Unauthenticated         401  no token, or not a good one (WWW-Authenticate)
    ├── Forbidden               403  the token does not allow this
    ├── NotFound                404
    ├── MethodNotAllowed        405  (Allow)
    ├── NotAcceptable           406
    ├── TooSlow                 408  the body did not arrive in time
    ├── Conflict                409  not in this state; `allowed` says what is
    ├── PreconditionFailed      412  If-Match names an old revision
    ├── TooLarge                413
    ├── UnsupportedMediaType    415
    ├── Unprocessable           422  `errors[{pointer, detail}]` names each field
    │   └── KeyReused           422  the key has been used for another request
    ├── PreconditionRequired    428  If-Match is missing
    ├── TooManyRequests         429  (Retry-After)
    ├── Internal                500  ours; nothing of the inside is told
    └── Unavailable             503  not now (Retry-After)

Each class has a documented page under `/problems/<slug>` (`problem_pages`), which is also its stable `type`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, ClassVar, Final

import orjson
from starlette.responses import Response

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with a request.

    pointer: JSON pointer (RFC 6901) of the field, "" for the whole. where: body, query, path, header or
    cookie.
    """

    pointer: str
    detail: str
    where: str = "body"

    def as_dict(self) -> dict[str, str]:
        return {"pointer": self.pointer, "detail": self.detail, "in": self.where}


class Problem(Exception):
    """The root. Subclasses set status, slug and title.

    detail: one sentence for the person who sent the request. headers: added to the answer. extra: further
    members.
    """

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str = "",
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    @property
    def type(self) -> str:
        return f"/problems/{self.slug}"

    def as_dict(self, *, instance: str = "", trace_id: str = "") -> dict[str, Any]:
        """The members of the problem document. `extra` never replaces one of the standard ones."""
        document: dict[str, Any] = {
            **self.extra,
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "trace_id": trace_id,
        }
        if self.errors:
            document["errors"] = [error.as_dict() for error in self.errors]
        return document


class Malformed(Problem):
    status, slug, title = 400, "malformed", "Malformed request"


class Unauthenticated(Problem):
    """`error`: the code of RFC 6750 (`invalid_token`), left out when no token was sent."""

    status, slug, title = 401, "unauthenticated", "Not signed in"

    def __init__(self, detail: str = "", *, error: str | None = None) -> None:
        challenge = 'Bearer realm="fengqiao"' + (f', error="{error}"' if error else "")
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class Forbidden(Problem):
    """`scope`: the scope that was missing, if that was the reason."""

    status, slug, title = 403, "forbidden", "Not allowed"

    def __init__(self, detail: str = "", *, scope: str | None = None, extra: Mapping[str, Any] | None = None) -> None:
        headers = {}
        if scope is not None:
            headers["WWW-Authenticate"] = f'Bearer realm="fengqiao", error="insufficient_scope", scope="{scope}"'
        super().__init__(detail, headers=headers, extra=extra)


class NotFound(Problem):
    status, slug, title = 404, "not-found", "Not found"


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", "Method not allowed"


class NotAcceptable(Problem):
    status, slug, title = 406, "not-acceptable", "No such representation"


class TooSlow(Problem):
    status, slug, title = 408, "too-slow", "Request took too long to arrive"


class Conflict(Problem):
    """`allowed`: what may be done in the present state, for the client to choose from."""

    status, slug, title = 409, "conflict", "Not possible in this state"

    def __init__(
        self,
        detail: str = "",
        *,
        allowed: Sequence[str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        members = dict(extra or {})
        if allowed is not None:
            members["allowed"] = list(allowed)
        super().__init__(detail, extra=members)


class PreconditionFailed(Problem):
    status, slug, title = 412, "precondition-failed", "Changed in the meantime"


class TooLarge(Problem):
    """`limit`: bytes allowed."""

    status, slug, title = 413, "too-large", "Body too large"

    def __init__(self, detail: str = "", *, limit: int) -> None:
        super().__init__(detail or f"The body may have at most {limit} bytes.", extra={"limit": limit})


class UnsupportedMediaType(Problem):
    status, slug, title = 415, "unsupported-media-type", "Unsupported media type"


class Unprocessable(Problem):
    status, slug, title = 422, "unprocessable", "Request not understood"

    @classmethod
    def at(cls, pointer: str, detail: str, *, where: str = "body") -> "Unprocessable":
        """The problem of one field."""
        return cls(detail, errors=[FieldError(pointer, detail, where)])


class KeyReused(Unprocessable):
    slug, title = "idempotency-key-reused", "Key used for another request"


class PreconditionRequired(Problem):
    status, slug, title = 428, "precondition-required", "If-Match required"


class _Later(Problem):
    """`retry_after`: real seconds until it is worth trying again; rounded up to whole ones, at least 1."""

    def __init__(self, detail: str = "", *, retry_after: float = 1.0, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, ceil(retry_after)))}, extra=extra)


class TooManyRequests(_Later):
    status, slug, title = 429, "too-many-requests", "Too many requests"


class Internal(Problem):
    status, slug, title = 500, "internal", "Internal error"


class Unavailable(_Later):
    status, slug, title = 503, "unavailable", "Not available just now"


PROBLEMS: Final[tuple[type[Problem], ...]] = (
    Malformed,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    TooSlow,
    Conflict,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    KeyReused,
    Unprocessable,
    PreconditionRequired,
    TooManyRequests,
    Internal,
    Unavailable,
)
BY_STATUS: Final[dict[int, type[Problem]]] = {problem.status: problem for problem in PROBLEMS}


def render(problem: Problem, *, instance: str = "", trace_id: str = "") -> Response:
    """The answer for `problem`. instance: the path asked for."""
    body = orjson.dumps(problem.as_dict(instance=instance, trace_id=trace_id), option=orjson.OPT_NON_STR_KEYS)
    return Response(body, problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "title": "Problem",
    "description": "A refusal as RFC 9457 has it. `type` is stable and leads to a page that explains it.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "trace_id"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer of the field"},
                    "detail": {"type": "string"},
                    "in": {"type": "string", "enum": ["body", "query", "path", "header", "cookie"]},
                },
            },
        },
    },
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI declaration of the problems a route answers with: `responses=problem_responses(404, 409)`.

    401, 403 and those of an unreadable body need no mention: `create_app` adds them where they apply.
    """
    return {
        status: {
            "description": BY_STATUS[status].title,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in statuses
    }
