"""Why a command that the table of stages allows is not possible yet; what is possible now."""

from services.mediation.domain import transitions
from services.mediation.domain.case import Case


def allowed(case: Case) -> tuple[str, ...]:
    """The commands that are possible now."""
    return tuple(name for name in transitions.possible(case.stage) if hindrance(case, name) is None)


def hindrance(case: Case, name: str) -> str | None:
    """A sentence that says what has to be done first, or None."""
    last = case.last_session
    match name:
        case "refer" if case.grade == "red" and case.plan is None:
            return "A red dispute has a plan with a named owner first 一案一策: make it (plan)."
        case "sessions" | "refer" if case.agreement is not None:
            return "An agreement is recorded: dispose of the case."
        case "extend" if case.people_until is None:
            return "Only 人民调解 has a month that can be extended."
        case "extend" if case.agreement is not None:
            return "An agreement is recorded: there is nothing to extend."
        case "agreement" if case.agreement is not None:
            return "An agreement is recorded already: dispose of the case."
        case "agreement" if last is None or last.outcome != "agreed":
            return "No session has ended in agreement: record one first (sessions)."
        case "confirmation" if case.agreement is None:
            return "There is no agreement that a court could confirm."
        case "confirmation" if case.agreement is not None and case.agreement.confirm_by is None:
            return "The court confirms agreements of 人民调解 only."
        case "confirmation" if case.agreement is not None and case.agreement.confirmed is not None:
            return "What the court said is recorded already."
        case "performance" if case.agreement is None:
            return "There is no agreement to perform."
        case "escalate" if case.tier == 3:
            return "The case is at the highest tier already."
        case "close" if case.stage == "disposed" and case.outcome == "settled":
            return "A settled case is followed up before it is closed: begin with control."
        case "close" if case.agreement is not None and case.agreement.performed is None:
            return "Whether the agreement was performed is not recorded yet: say it first (performance)."
        case "close" if case.stage == "followed_up" and not _calm_at_last(case):
            return "The last visit found no calm: escalate, or control again."
    return None


def _calm_at_last(case: Case) -> bool:
    made = [visit for visit in case.visits if visit.visited_at is not None]
    return not made or bool(max(made, key=lambda visit: (visit.visited_at, visit.due_at)).calm)
