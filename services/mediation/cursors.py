"""Where the next page of a list begins: opaque to clients, a place in the sort order to us."""

import base64
import binascii
from typing import Final

import orjson

from fengqiao.runtime.problems import Unprocessable

_LONGEST: Final = 300


def write_cursor(key: str, skip: int = 0) -> str:
    """key: of the sort order. skip: how many entries at that key have been told."""
    return base64.urlsafe_b64encode(orjson.dumps([key, skip])).decode().rstrip("=")


def read_cursor(text: str) -> tuple[str, int]:
    """(key, skip). Raises Unprocessable."""
    try:
        if len(text) > _LONGEST:
            raise ValueError
        decoded = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        key, skip = decoded
        if type(key) is not str or type(skip) is not int or not 0 <= skip < 1000:
            raise ValueError
    except (ValueError, TypeError, binascii.Error) as error:
        raise Unprocessable.at("/cursor", "not a cursor of an answer", where="query") from error
    return key, skip
