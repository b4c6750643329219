"""What a quarrel is said to be about has to be one of the words of its area's category set."""

from fengqiao.runtime.problems import Unprocessable
from services.mediation.domain.rules import Rules


def check_kind(rules: Rules, kind: str, pointer: str) -> None:
    """Raises Unprocessable for a kind that the area's set does not know; an area without a set takes any."""
    words = rules.kinds.words
    if words and kind not in words:
        raise Unprocessable.at(pointer, f"The area's set has no category {kind!r}: intake's /v1/categories lists them.")
