"""Where the next page of a list of incidents begins: behind the last one's place in the order, newest first."""

from typing import Final

from fengqiao.runtime.problems import Unprocessable

_DIGITS: Final = 18
"""The store has 64 bits for a place."""


def read_cursor(text: str) -> int:
    """The place. Raises Unprocessable."""
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS:
        raise Unprocessable.at("/cursor", "This is not a cursor of an answer.", where="query")
    return int(text)
