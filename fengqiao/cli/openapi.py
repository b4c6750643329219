"""Writes the OpenAPI document of every service: `python -m fengqiao.cli.openapi` (part of `make contracts`).

docs/openapi/<service>.json     OpenAPI 3.1, as the service tells it at /openapi.json
docs/openapi/promises.json      what earlier versions promised: operations, and what a request had to bring
"""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

import orjson

from fengqiao.cli.places import PYTHON, ROOT

FOLDER: Final = ROOT / "docs" / "openapi"
PROMISES: Final = FOLDER / "promises.json"
Document = dict[str, Any]
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})


def services() -> list[str]:
    """Every service that has an interface."""
    return sorted(path.parent.name for path in (ROOT / "services").glob("*/__main__.py"))


def document(service: str) -> Document:
    """What the service tells of itself, as of the code."""
    told = subprocess.run(
        [PYTHON, "-m", f"services.{service}", "openapi"], cwd=ROOT, check=True, capture_output=True
    ).stdout
    described: Document = orjson.loads(told)
    return described


def promises(described: Document) -> dict[str, list[str]]:
    """`METHOD path` → what a request must bring: required parameters and fields of the body."""
    return {
        f"{method.upper()} {path}": sorted(_required(described, path, operation))
        for path, item in described["paths"].items()
        for method, operation in item.items()
        if method in _METHODS
    }


def _required(described: Document, path: str, operation: Document) -> Iterator[str]:
    shared = described["paths"][path].get("parameters", ())
    for parameter in (*shared, *operation.get("parameters", ())):
        if parameter.get("required"):
            yield f"{parameter['in']} {parameter['name']}"
    body = operation.get("requestBody", {})
    if body.get("required"):
        yield "body"
    for content in body.get("content", {}).values():
        schema = content.get("schema", {})
        if "$ref" in schema:
            schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for name in schema.get("required", ()):
            yield f"body {name}"


def broken(before: dict[str, dict[str, list[str]]], now: dict[str, dict[str, list[str]]]) -> list[str]:
    """Each way in which what is told now breaks what was promised before."""
    problems = []
    for service, operations in before.items():
        for operation, required in operations.items():
            after = now.get(service, {}).get(operation)
            if after is None:
                problems.append(f"{service}: {operation} is gone")
            else:
                problems += [f"{service}: {operation} now needs {new}" for new in sorted(set(after) - set(required))]
    return problems


def write() -> int:
    """Write all; refuses, and says why, when an earlier version would break. Returns the exit status."""
    told = {service: document(service) for service in services()}
    now = {service: promises(described) for service, described in told.items()}
    before = orjson.loads(PROMISES.read_bytes()) if PROMISES.exists() else {}
    if problems := broken(before, now):
        sys.stderr.write("Not written: this would break whoever uses an earlier version.\n")
        sys.stderr.write("".join(f"  {problem}\n" for problem in problems))
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service, described in told.items():
        (FOLDER / f"{service}.json").write_bytes(text(described))
    PROMISES.write_bytes(text(now))
    return 0


def text(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


if __name__ == "__main__":
    raise SystemExit(write())
