"""Turns what goes wrong inside the web framework into the problems of `problems`."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from fengqiao.runtime.problems import (
    BY_STATUS,
    FieldError,
    Internal,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unprocessable,
    UnsupportedMediaType,
    render,
)
from fengqiao.runtime.telemetry import current_trace_id

_MOST_ERRORS: Final = 50
_MESSAGES: Final[Mapping[str, str]] = {
    "missing": "required",
    "extra_forbidden": "there is no such field",
}


def respond(request: Request, problem: Problem) -> Response:
    """The answer for `problem` to `request`, with its path and trace id."""
    return render(problem, instance=request.scope["path"], trace_id=current_trace_id())


def install(app: FastAPI) -> None:
    """Make `app` answer every refusal with a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_problem(request: Request, error: Exception) -> Response:
    return respond(request, error if isinstance(error, Problem) else Internal())


async def _on_http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = dict(getattr(error, "headers", None) or {})
    if status == 404:
        return respond(request, NotFound(f"There is nothing at {request.scope['path']}.", headers=headers))
    if status == 405:
        allowed = headers.get("allow", headers.get("Allow", "nothing else"))
        detail = f"{request.method} is not possible here; possible: {allowed}."
        return respond(request, MethodNotAllowed(detail, headers=headers))
    if status == 400:
        return respond(request, Malformed("The body could not be read.", headers=headers))
    kind = BY_STATUS.get(status, Internal)
    problem = kind.__new__(kind)
    Problem.__init__(problem, str(getattr(error, "detail", "")), headers=headers)
    return respond(request, problem)


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        return respond(request, Internal())
    found: Sequence[Any] = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return respond(request, Malformed("The body is not JSON.", errors=[FieldError("", "not JSON")]))
    if isinstance(error.body, bytes) and error.body:
        return respond(request, UnsupportedMediaType("Send the body as application/json."))
    errors = [_field_error(one, error.body) for one in found[:_MOST_ERRORS]]
    return respond(request, Unprocessable(_summary(errors), errors=errors))


def _summary(errors: Sequence[FieldError]) -> str:
    first = errors[0]
    rest = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{first.where} {first.pointer or 'as a whole'}: {first.detail}{rest}"


def _field_error(error: Mapping[str, Any], body: Any) -> FieldError:
    where, *path = error["loc"]
    if where == "body":
        path = _real_path(path, body, is_missing=error["type"] == "missing")
    message = str(error["msg"]).removeprefix("Value error, ")
    return FieldError(json_pointer(path), _MESSAGES.get(error["type"], message), str(where))


def _real_path(path: Sequence[int | str], body: Any, *, is_missing: bool) -> list[int | str]:
    """The steps of `path` that exist in `body`: validators of unions put the names of their members in
    between.
    """
    real: list[int | str] = []
    here = body
    for place, step in enumerate(path):
        last = place == len(path) - 1
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            if not (last and is_missing):
                continue
        real.append(step)
    return real


def json_pointer(path: Sequence[int | str]) -> str:
    """RFC 6901: `["a/b", 0]` is `/a~1b/0`; the empty path is the whole document, ""."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def non_number_pointer(body: bytes) -> str | None:
    """Where a NaN or Infinity stands in `body`, as a JSON pointer; None if there is none or it is not JSON
    at all.

    Python's reader takes these words for numbers although JSON has none of them; they are looked for only
    after the strict reader has refused the body.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    pending: list[tuple[list[int | str], Any]] = [([], document)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, float) and (not isfinite(value)):
            return json_pointer(path)
        if isinstance(value, dict):
            pending.extend(([*path, key], inner) for key, inner in value.items())
        elif isinstance(value, list):
            pending.extend(([*path, index], inner) for index, inner in enumerate(value))
    return None
