"""Request bodies, read straight from their bytes into a model: strict types, every fault named by its pointer."""

from typing import Any, TypeVar

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from fengqiao.runtime.problems import UnsupportedMediaType

Model = TypeVar("Model", bound=BaseModel)


async def read_body(request: Request, model: type[Model]) -> Model:
    """The body as `model`. Raises RequestValidationError, which the edge renders as 422, and UnsupportedMediaType."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMediaType("Send the body as application/json.")
    body = await request.body()
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        found = [
            {**one, "loc": ("body", *one["loc"])}
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise RequestValidationError(found, body=orjson.loads(body) if body else None) from None


def body_of(model: type[BaseModel], *, key: bool = False) -> dict[str, Any]:
    """What OpenAPI says of a route that reads `model` with `read_body`. key: it takes an Idempotency-Key."""
    said: dict[str, Any] = {
        "requestBody": {"required": True, "content": {"application/json": {"schema": _inlined(model)}}}
    }
    if key:
        said["parameters"] = [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key again is the same request, and is answered as it was.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"^[ -~]*[!-~][ -~]*$"},
            }
        ]
    return said


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """The model's schema without references, which in a route's own words would lead nowhere."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def resolved(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                name = str(part["$ref"]).rpartition("/")[2]
                return resolved({**definitions[name], **{key: part[key] for key in part if key != "$ref"}})
            return {key: resolved(value) for key, value in part.items()}
        return [resolved(one) for one in part] if isinstance(part, list) else part

    answer: dict[str, Any] = resolved(schema)
    return answer
