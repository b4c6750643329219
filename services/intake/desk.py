"""What the routes work with: one per process, made in `__main__` and found at `app.state.desk`."""

from dataclasses import dataclass

from starlette.requests import Request

from fengqiao.runtime.audit import Audit
from fengqiao.runtime.clock import Clock
from fengqiao.runtime.documents import Collection
from services.intake.acceptance import Acceptance
from services.intake.admission import Admission
from services.intake.corrections import Corrections
from services.intake.disputes import Disputes
from services.intake.domain.drafts import printable_key
from services.intake.domain.errors import WrongField
from services.intake.domain.ground import Grounds


@dataclass(frozen=True, slots=True)
class Desk:
    grounds: Grounds
    incidents: Collection
    acceptance: Acceptance
    corrections: Corrections
    disputes: Disputes
    audit: Audit
    admission: Admission
    clock: Clock


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def idempotency_key(request: Request) -> str | None:
    """The header, or None. Raises WrongField."""
    value = request.headers.get("idempotency-key")
    if value is None:
        return None
    try:
        return printable_key(value)
    except ValueError as error:
        raise WrongField("/Idempotency-Key", str(error), "header") from None
