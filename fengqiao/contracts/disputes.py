"""What becomes a mediation case: `disputes`. Stream: one case (`ce_subject` = its id), always number 1."""

from typing import ClassVar, Literal

from fengqiao.contracts.model import Actor, AreaId, CaseId, Category, Event, IncidentId, Instant, Location


class DisputeReported(Event):
    TYPE: ClassVar = "fengqiao.dispute.reported.v1"
    case_id: CaseId
    area: AreaId
    origin: Literal["incident", "intake", "screening"]
    kind: str
    """What the quarrel is about: a category code of the dispute branch, or one of its aliases."""
    reported_at: Instant
    by: Actor
    incident_id: IncidentId | None = None
    number: str | None = None
    category: Category | None = None
    location: Location | None = None
    settled_on_scene: bool = False
    found_by: Literal["grid_worker", "check_in", "hazard_round"] | None = None
    """How screening 排查 found it."""
