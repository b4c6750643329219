"""What is written down of a look at a report: who, what, when, and whether names and numbers were shown."""

from datetime import datetime
from typing import Any, Final

from fengqiao.runtime.auth import Principal

JOURNAL: Final = "intake-audit"
"""A process's journal is called `intake-audit:<instance>`."""


def reading(caller: Principal, incident_id: str, at: datetime, *, unmasked: bool) -> dict[str, Any]:
    """The entry for `fengqiao.runtime.audit`; never a word of what was read."""
    return {
        "read": incident_id,
        "at": at.isoformat(),
        "client": caller.client,
        "role": caller.role,
        "unit": caller.unit,
        "token": caller.token_id,
        "unmasked": unmasked,
    }
