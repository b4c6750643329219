"""On which line of a JSON file a field stands: whoever mends one of a thousand lines wants to be led to it."""

import json
import re
from typing import Final

_DECODER: Final = json.JSONDecoder()
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_PART: Final = re.compile(r"[^.\[\]]+")


def line_of(text: str, path: str) -> int:
    """The line, from 1, of the value at `path` (`shifts[1].planned`), or of as much of the path as
    is there: a field that is missing is missing from that object. text: JSON."""
    at = _after_space(text, 0)
    for part in parts(path):
        found = _member(text, at, part)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1


def parts(path: str) -> list[str]:
    """`a.b[2].c` is a, b, 2, c."""
    return _PART.findall(path)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def _member(text: str, at: int, part: str) -> int | None:
    """Where the value of the member begins; None where there is none, or no object or list stands at `at`."""
    opening, number = text[at], 0
    if opening not in "{[":
        return None
    at = _after_space(text, at + 1)
    while text[at] not in "}]":
        name = str(number)
        if opening == "{":
            name, at = _DECODER.raw_decode(text, at)
            at = _after_space(text, _after_space(text, at) + 1)  # behind the colon
        if name == part:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _after_space(text, at)
        if text[at] == ",":
            at = _after_space(text, at + 1)
        number += 1
    return None
