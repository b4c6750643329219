"""By what response times can be told apart, and which documents are kept for it.

One set of documents is kept per dimension, and one, `all`, for every combination of values that occurred: a
question by one dimension reads its own small set, one by two or three reads `all` and merges what it does not ask
about. Keys are text; a mark that the event does not have is the empty text. The key of `all` is a JSON array in the
order of `DIMENSIONS`.
"""

from collections.abc import Callable, Sequence
from typing import Final

import orjson

DIMENSIONS: Final = ("station", "grid_cell", "category", "priority", "hour", "shift")
ALL: Final = "all"
SETS: Final = (*DIMENSIONS, ALL)
LEVELS: Final = {f"category_level_{level}": 2 * level for level in (1, 2, 3)}
"""The category's code cut to its first digits: a parent is the code less two digits."""
ASKABLE: Final = (*DIMENSIONS, *LEVELS)
MOST_AT_ONCE: Final = 3
_NUMBERS: Final = ("priority", "hour")

Value = str | int | None


def all_key(values: Sequence[str]) -> str:
    """The key in `all` of the values of each of `DIMENSIONS`."""
    return orjson.dumps(values).decode()


def set_for(by: Sequence[str]) -> str:
    """The cheapest set that can answer a question by these."""
    needed = {_base(one) for one in by}
    if not needed:
        return "priority"  # every set has every observation; this one has the fewest keys
    return needed.pop() if len(needed) == 1 else ALL


def projection(kept: str, by: Sequence[str]) -> Callable[[str], tuple[Value, ...]]:
    """How a key of the set `kept` reads in an answer by `by`."""
    columns = [(DIMENSIONS.index(_base(one)) if kept == ALL else 0, one) for one in by]

    def project(key: str) -> tuple[Value, ...]:
        values = orjson.loads(key) if kept == ALL else (key,)
        return tuple(_told(one, values[column]) for column, one in columns)

    return project


def _base(dimension: str) -> str:
    return "category" if dimension in LEVELS else dimension


def _told(dimension: str, value: str) -> Value:
    if not value:
        return None
    if dimension in _NUMBERS:
        return int(value)
    return value[: LEVELS[dimension]] if dimension in LEVELS else value
