"""Writes what integrators are given of the contracts: `python -m fengqiao.cli.contracts` (`make contracts`).

published/schemas/<name>.json    the JSON Schema of each event's data; its name is its type (`message_name`)
published/examples/<name>.json   a golden example of each
published/asyncapi.json          all topics, AsyncAPI 3
published/versions.json          every schema that was ever published: what a change is held against
"""

import sys
from pathlib import Path
from typing import Any, Final

import orjson

from fengqiao import __version__, contracts
from fengqiao.contracts.examples import examples
from fengqiao.contracts.schemas import asyncapi, breaks, schemas

PUBLISHED: Final = Path(contracts.__file__).parent / "published"


def documents() -> dict[str, Any]:
    """relative path → content, of all that is generated but the versions."""
    files: dict[str, Any] = {f"schemas/{kind}.json": one for kind, one in schemas().items()}
    files |= {f"examples/{kind}.json": one for kind, one in examples().items()}
    return files | {"asyncapi.json": asyncapi(__version__)}


def versions() -> dict[str, list[dict[str, Any]]]:
    """type → every schema published of it so far, the oldest first."""
    file = PUBLISHED / "versions.json"
    published: dict[str, list[dict[str, Any]]] = orjson.loads(file.read_bytes()) if file.exists() else {}
    return published


def broken(before: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Each way in which the schemas of today break an earlier version."""
    now = schemas()
    problems = [f"{kind} is gone" for kind in before if kind not in now]
    for kind, earlier in before.items():
        for number, old in enumerate(earlier, 1):
            if kind in now:
                problems += [f"{kind}, version {number}: {problem}" for problem in breaks(old, now[kind])]
    return problems


def text(content: Any) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def ledger(kept: dict[str, list[dict[str, Any]]]) -> bytes:
    """The versions as a file in which each is a line: a change is one line more."""
    rows = []
    for kind in sorted(kept):
        lines = b",\n  ".join(orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in kept[kind])
        rows.append(b' "%s": [\n  %s\n ]' % (kind.encode(), lines))
    return b"{\n" + b",\n".join(rows) + b"\n}\n"


def write() -> int:
    """Write everything; refuses, and says why, when an earlier version would break. Returns the exit status."""
    kept = versions()
    if problems := broken(kept):
        sys.stderr.write("Not written: this would break whoever uses an earlier version.\n")
        sys.stderr.write("".join(f"  {problem}\n" for problem in problems))
        return 1
    for kind, schema in schemas().items():
        if schema not in kept.setdefault(kind, []):
            kept[kind].append(schema)
    files = {name: text(content) for name, content in documents().items()} | {"versions.json": ledger(kept)}
    for name, content in files.items():
        file = PUBLISHED / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    for folder in ("schemas", "examples"):
        for file in (PUBLISHED / folder).iterdir():
            if f"{folder}/{file.name}" not in files:
                file.unlink()
    return 0


if __name__ == "__main__":
    raise SystemExit(write())
