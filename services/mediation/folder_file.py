"""One JSON file of an area's folder, read strictly: what is wrong is one sentence with file, line and field."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class InvalidRules(Exception):
    """A file of an area's folder cannot be used; the text names the file, the line where it is known, and the field."""


class FileRow(BaseModel):
    """What stands in such a file: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=FileRow)


def read_file(model: type[Model], file: Path) -> Model:
    """Raises InvalidRules."""
    try:
        text = file.read_text(encoding="utf-8")
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidRules(f"{file} line {error.lineno}: this is not JSON: {error.msg}.") from error
    except (OSError, ValueError) as error:
        raise InvalidRules(f"{file} cannot be used: {error}.") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        path = tuple(first["loc"])
        where = ".".join(str(part) for part in path) or "the file"
        raise InvalidRules(f"{file}{_line(text, content, path)}: {where}: {first['msg']}.") from error


def wrong(file: Path, where: str, problem: str) -> InvalidRules:
    """What the fields of a file say together does not hold."""
    text = file.read_text(encoding="utf-8")
    path = tuple(int(part) if part.isdigit() else part for part in where.split("."))
    return InvalidRules(f"{file}{_line(text, json.loads(text), path)}: {where}: {problem}.")


def _line(text: str, content: Any, path: tuple[int | str, ...]) -> str:
    """The line of a field: where the key is, or the id of the list's row that it is in."""
    at, node = -1, content
    for part in path:
        if isinstance(node, Mapping) and part in node:
            found = text.find(json.dumps(part, ensure_ascii=False), max(at, 0))
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
            mark = next(iter(node.values()), None) if isinstance(node, Mapping) else node
            found = text.find(json.dumps(mark, ensure_ascii=False), max(at, 0))
        else:
            break
        at = found if found >= 0 else at
    return "" if at < 0 else f" line {text.count(chr(10), 0, at) + 1}"
