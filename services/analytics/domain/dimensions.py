"""By what response times can be told apart, and which documents are kept for it.

Kept for each local day: one set of documents per dimension, and one, `all`, for every combination of values that
occurred. Kept for each local month: one set per dimension. A question by one dimension reads the months that lie
whole in its range and the days at its ends; one by two or three reads `all` of the days. Keys are text; a mark that
the event does not have is the empty text. The key of `all` is a JSON array in the order of `DIMENSIONS`.

What follows from the day itself (`OF_THE_DAY`) is in no key: the days are read one by one for it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import orjson

DIMENSIONS: Final = ("station", "grid_cell", "category", "priority", "hour", "shift", "unit", "source")
ALL: Final = "all"
SETS: Final = (*DIMENSIONS, ALL)
LEVELS: Final = {f"category_level_{level}": 2 * level for level in (1, 2, 3)}
"""The category's code cut to its first digits: a parent is the code less two digits."""
OF_THE_DAY: Final = ("weekday", "day", "month")
"""weekday: 1 is Monday (ISO 8601). day, month: of the area's calendar."""
ASKABLE: Final = (*DIMENSIONS, *LEVELS, *OF_THE_DAY)
MOST_AT_ONCE: Final = 3
_NUMBERS: Final = ("priority", "hour")

Value = str | int | None
Project = Callable[[str, str], tuple[Value, ...]]
"""(period of the document, key) → key of the answer."""


def all_key(values: Sequence[str]) -> str:
    """The key in `all` of the values of each of `DIMENSIONS`."""
    return orjson.dumps(values).decode()


def set_for(by: Sequence[str]) -> str:
    """The cheapest set that can answer a question by these."""
    needed = {_base(one) for one in by if one not in OF_THE_DAY}
    if not needed:
        return "priority"  # every set has every observation; this one has the fewest keys
    return needed.pop() if len(needed) == 1 else ALL


def months_do(by: Sequence[str]) -> bool:
    """Whether the documents of whole months can answer a question by these."""
    return set_for(by) != ALL and not set(by) & {"weekday", "day"}


def projection(kept: str, by: Sequence[str]) -> Project:
    """How a key of the set `kept` reads in an answer by `by`."""
    columns = [(None if one in OF_THE_DAY else DIMENSIONS.index(_base(one)) if kept == ALL else 0, one) for one in by]

    def project(period: str, key: str) -> tuple[Value, ...]:
        values = orjson.loads(key) if kept == ALL else (key,)
        return tuple(
            _of_the_day(one, period) if column is None else _told(one, values[column]) for column, one in columns
        )

    return project


def _base(dimension: str) -> str:
    return "category" if dimension in LEVELS else dimension


def _of_the_day(dimension: str, period: str) -> Value:
    match dimension:
        case "weekday":
            return date.fromisoformat(period).isoweekday()
        case "month":
            return period[:7]
        case _:
            return period


def _told(dimension: str, value: str) -> Value:
    if not value:
        return None
    if dimension in _NUMBERS:
        return int(value)
    return value[: LEVELS[dimension]] if dimension in LEVELS else value
