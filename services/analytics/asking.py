"""What all questions have in common: whose area, which days, and refusals that name what is allowed."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from fengqiao.runtime.auth import Principal
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.errors import Busy
from fengqiao.runtime.problems import FieldError, NotFound, Unavailable, Unprocessable
from services.analytics.day_range import DayRange, InvalidRange, day_range
from services.analytics.domain.folding import AreaRules
from services.analytics.domain.periods import Span
from services.analytics.domain.profile import Name, Profile
from services.analytics.dossier_store import DossierStore
from services.analytics.rollup_store import RollupStore

AreaParameter = Annotated[str, Query(pattern=r"^[a-z][a-z0-9]{1,31}$")]
FromParameter = Annotated[str, Query(alias="from", max_length=40, examples=["2024-10-01"])]
ToParameter = Annotated[str, Query(alias="to", max_length=40, examples=["2024-10-31"])]


@contextmanager
def readable() -> Iterator[None]:
    """Around what reads the numbers. Raises Unavailable where the store is away."""
    try:
        yield
    except Busy as busy:
        raise Unavailable("The numbers cannot be read just now.", retry_after=2) from busy


class MissingEvents(BaseModel):
    """Numbers of a stream that the log does not have. stream: the case's or hazard's; absent: the area's."""

    first: int
    last: int
    noticed_at: AwareDatetime
    stream: str | None = None


class Told(BaseModel):
    """What every answer says of itself."""

    area: str
    true_up_to: dict[str, int]
    """Partition of `dispatch` → offset of the last record that is in the numbers; -1: none."""
    incomplete: bool
    gaps: list[MissingEvents]
    cases_true_up_to: dict[str, int] | None = None
    """Where cases or hazards are counted: partition of `mediation` → offset up to which everything is in."""


class Named(BaseModel):
    zh: str
    en: str


def named(name: Name) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where numbers come from, for whoever asks."""

    store: RollupStore
    dossiers: DossierStore
    rules: Mapping[str, AreaRules]
    profiles: Mapping[str, Profile]
    clock: Clock

    def of(self, caller: Principal, area: str) -> tuple[AreaRules, Profile]:
        """Raises Forbidden, NotFound."""
        caller.check_area(area)
        if area not in self.rules:
            raise NotFound(f"There is no area {area}.")
        return self.rules[area], self.profiles[area]

    def today(self, rules: AreaRules) -> date:
        """The area's local day."""
        return self.now(rules).date()

    def now(self, rules: AreaRules) -> datetime:
        """The area's local time."""
        return self.clock.now().astimezone(rules.timezone)


class Faults:
    """Collects what is wrong with a question, so that all of it is said at once."""

    def __init__(self) -> None:
        self._errors: list[FieldError] = []

    def say(self, field: str, text: str) -> None:
        self._errors.append(FieldError(f"/{field}", text, "query"))

    def choose(self, field: str, value: str, allowed: Sequence[str]) -> None:
        """`value` has to be one of these."""
        if value not in allowed:
            self.say(field, f"Choose one of {', '.join(allowed)}.")

    def range(self, since: str, until: str, rules: AreaRules) -> DayRange | None:
        """The days asked for, None where they are wrong."""
        try:
            return day_range(since, until, rules.timezone)
        except InvalidRange as error:
            self.say(error.field, str(error))
            return None

    def check(self) -> None:
        """Raises Unprocessable where anything was said."""
        if self._errors:
            raise Unprocessable(" ".join(error.detail for error in self._errors), errors=self._errors)


def span_of(days: DayRange | None) -> Span:
    """After `Faults.check`: the range is there."""
    if days is None:
        raise Unprocessable("Give from and to.")
    return Span(days.first, days.last)
