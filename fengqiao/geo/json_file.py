"""A JSON file of an area's folder, read strictly. What is wrong with it is an InvalidArea with file, line and field."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fengqiao.geo.errors import InvalidArea
from fengqiao.geo.json_lines import line_of, parts

_NAMES: Final = ("id", "code", "year", "source", "kind")
"""The first of these that a row of a list has is what people call it."""
_WORDS: Final = {"missing": "is missing", "extra_forbidden": "is not known"}


class Row(BaseModel):
    """What stands in such a file: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(BaseModel):
    """What a service takes of a file that another checks as a whole."""

    model_config = ConfigDict(extra="ignore", frozen=True)


Model = TypeVar("Model", bound=BaseModel)


def read(model: type[Model], file: Path) -> Model:
    """The file as the model has it. Raises InvalidArea for the first thing that is wrong."""
    content = contents(file)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        problem = _WORDS.get(first["type"], first["msg"].removeprefix("Value error, "))
        raise wrong(file, _field(content, first["loc"], missing=first["type"] == "missing"), problem) from error


def contents(file: Path) -> Any:
    """All that the file says, unchecked. Raises InvalidArea for one that cannot be read, or is no JSON in UTF-8."""
    try:
        text = file.read_text(encoding="utf-8")
        if text.startswith("\ufeff"):
            raise InvalidArea(file, "", "begins with a byte order mark: save it as UTF-8 without one", 1)
        return json.loads(text)
    except OSError as error:
        raise InvalidArea(file, "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidArea(file, "", "is not UTF-8", error.object.count(b"\n", 0, error.start) + 1) from error
    except json.JSONDecodeError as error:
        raise InvalidArea(file, "", f"is not JSON: {error.msg}", error.lineno) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, lists within lists within …
        raise InvalidArea(file, "", f"is not JSON: {error}") from error


def wrong(file: Path, field: str, problem: str) -> InvalidArea:
    """What a file that can be read says does not hold, by itself or with others. field: such as `units[3].home`."""
    text = file.read_text(encoding="utf-8")
    return InvalidArea(file, field, problem, line_of(text, field), _name(json.loads(text), field))


def each_once(file: Path, field: str, names: Iterable[object]) -> None:
    """Raises InvalidArea for a name that is there already. field: of the one with number {}, `units[{}].id`."""
    seen = set()
    for number, name in enumerate(names):
        if name in seen:
            raise wrong(file, field.format(number), f"{name} is there twice")
        seen.add(name)


def _field(content: Any, loc: tuple[int | str, ...], *, missing: bool) -> str:
    """`units[3].home` for where pydantic has been, without what is no part of the file: the branches of a union.

    missing: the last part is what the file lacks.
    """
    field = ""
    for number, part in enumerate(loc, 1):
        try:
            content = content[part]
        except (LookupError, TypeError):
            if number < len(loc) or not missing:
                continue
        field += f"[{part}]" if isinstance(part, int) else f".{part}"
    return field.removeprefix(".")


def _name(content: Any, field: str) -> str:
    """What the row is called that the field lies in; of rows within rows the outermost."""
    for part in parts(field):
        if isinstance(content, list):
            row = content[int(part)] if part.isdigit() and int(part) < len(content) else None
            named = (row[key] for key in _NAMES if key in row) if isinstance(row, dict) else ()
            return next((f"{one}" for one in named if isinstance(one, str | int)), "")
        content = content.get(part) if isinstance(content, dict) else None
    return ""
