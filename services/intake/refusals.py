"""How what goes wrong inside is told to a client: intake's refusals and faults as problems of HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from fengqiao.runtime.errors import StoreUnavailable
from fengqiao.runtime.metrics import STORE_UNAVAILABLE
from fengqiao.runtime.problems import Conflict, FieldError, Forbidden, Problem, Unavailable, Unprocessable
from services.intake.domain.errors import Ended, ForeignArea, ForeignSource, Refusal, WrongField

STORE_RETRY_S: Final = 2.0

log = structlog.get_logger(__name__)


def problem_of(refusal: Refusal) -> Problem:
    """The problem that a refusal of the core is told as."""
    match refusal:
        case WrongField():
            error = FieldError(refusal.pointer, refusal.detail, refusal.where)
            return Unprocessable(f"{refusal.where} {refusal.pointer}: {refusal.detail}", errors=[error])
        case ForeignArea() | ForeignSource():
            return Forbidden(str(refusal))
        case Ended():
            extra: dict[str, Any] = {"incident_status": refusal.status}
            if refusal.merged_into is not None:
                extra["merged_into"], extra["merged_into_number"] = refusal.merged_into
            return Conflict(str(refusal), allowed=[], extra=extra)
        case _:
            return Unprocessable(str(refusal))


@asynccontextmanager
async def store_answers(until: float, again: Callable[[], float] = lambda: STORE_RETRY_S) -> AsyncIterator[None]:
    """The block's work on documents, which must be done by `until` (seconds of the loop). Raises Unavailable: what it
    did may be there all the same, and the same request sent again after `again()` seconds finds out."""
    try:
        async with asyncio.timeout_at(until):
            yield
    except (StoreUnavailable, TimeoutError) as error:
        STORE_UNAVAILABLE.inc()
        log.warning("the store did not answer", why=str(error)[:300] or "too late")
        raise Unavailable(
            "The documents cannot be reached, so nothing was accepted: send it again with the same key.",
            retry_after=again(),
        ) from error
