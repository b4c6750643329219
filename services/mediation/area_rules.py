"""An area's rules of mediation from `<areas>/<area>/mediation.json`; without the file, the ones of 1333N count.

{"visits": [{"visit": "3d", "days": 3}, {"visit": "3m", "months": 3}], "tiers": {"yellow": 1, "orange": 2, "red": 3}}
"""

import json
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from fengqiao.contracts.mediation import Grade
from fengqiao.geo.areas import Area
from services.mediation.domain.case import Tier
from services.mediation.domain.rules import DEFAULT_TIERS, DEFAULT_VISITS, Rules, VisitRule


class InvalidRules(Exception):
    """A file of an area's folder cannot be used; the text names the file and the field."""


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Visit(_Row):
    visit: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
    days: Annotated[int, Field(ge=0, le=3660)] = 0
    months: Annotated[int, Field(ge=0, le=120)] = 0


class _Rules(_Row):
    visits: Annotated[tuple[_Visit, ...], Field(min_length=1, max_length=20)] | None = None
    tiers: dict[Grade, Tier] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = [visit.visit for visit in self.visits or ()]
        if len(set(names)) != len(names):
            raise ValueError("two visits have the same name")
        if self.tiers is not None and set(self.tiers) != set(DEFAULT_TIERS):
            raise ValueError("tiers names a tier for yellow, orange and red")
        return self


def load_rules(folder: Path, area: Area) -> Rules:
    """The rules of the area whose files lie in `folder`. Raises InvalidRules."""
    file = folder / "mediation.json"
    if not file.exists():
        return Rules(area.tz)
    try:
        read = _Rules.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InvalidRules(f"{file} cannot be used: {where}: {first['msg']}.") from error
    except (OSError, ValueError) as error:
        raise InvalidRules(f"{file} cannot be used: {error}.") from error
    visits: tuple[VisitRule, ...] = DEFAULT_VISITS
    if read.visits is not None:
        visits = tuple(VisitRule(row.visit, row.days, row.months) for row in read.visits)
    return Rules(area.tz, visits, read.tiers or DEFAULT_TIERS)
