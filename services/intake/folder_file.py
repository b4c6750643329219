"""One JSON file of an area's folder, read strictly. What is wrong is one sentence that names the file and the field."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from fengqiao.geo.json_lines import with_line


class InvalidFolder(Exception):
    """A file of an area's folder cannot be used; the text names the file, the field and the line."""

    def __init__(self, file: Path, problem: object) -> None:
        super().__init__(with_line(f"{file} cannot be used: {problem}"))


class FileRow(BaseModel):
    """What stands in such a file: nothing that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=FileRow)


def read_file(model: type[Model], file: Path) -> Model:
    """Raises InvalidFolder."""
    try:
        return model.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        problem: Any = error
        if isinstance(error, ValidationError):
            first = error.errors()[0]
            problem = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise InvalidFolder(file, problem) from error
