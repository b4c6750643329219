"""`If-Match` on a case or hazard: a change is made to what its author has seen, or not at all (RFC 9110, 13.1.1)."""

import re
from typing import Final

from fengqiao.runtime.problems import PreconditionFailed, PreconditionRequired, Unprocessable

_TAGS: Final = re.compile(r'\s*(?:W/)?"[^"]*"\s*(?:,\s*(?:W/)?"[^"]*"\s*)*\Z')
_TAG: Final = re.compile(r'(W/)?"([^"]*)"')


def etag(revision: int) -> str:
    """The ETag of a revision."""
    return f'"{revision}"'


def check_revision(if_match: str | None, revision: int, what: str = "case") -> None:
    """Raises PreconditionRequired (428), PreconditionFailed (412), Unprocessable for what is no entity tag.

    `*` is refused: it would overwrite what its author has not seen.
    """
    if if_match is None:
        raise PreconditionRequired(f"Say which revision you change: If-Match with the ETag of GET /v1/{what}s/{{id}}.")
    if if_match.strip() == "*":
        raise PreconditionFailed("Name the revision you have seen: `*` would overwrite what others wrote.")
    if _TAGS.match(if_match) is None:
        raise Unprocessable.at("/if-match", 'not an entity tag: send it as the ETag came, like "3"', where="header")
    # Strong comparison: a weak tag never matches.
    if not any(not weak and tag == str(revision) for weak, tag in _TAG.findall(if_match)):
        raise PreconditionFailed(
            f"The {what} is at revision {revision} now: read it again and decide anew.",
            headers={"ETag": etag(revision)},
        )
