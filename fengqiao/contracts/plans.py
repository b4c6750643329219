"""What a response plan sets for an incident besides whom to send: targets, steps; and the clocks that they limit."""

from fengqiao.contracts.model import Data, Instant, Seconds


class Targets(Data):
    """Seconds for each step of an incident's life; a step without one has no timer. The clocks of the ministry's
    record that they limit stand behind them."""

    answer: Seconds | None = None
    """From the call's reaching the seat to its being answered (JJSJ)."""
    intake: Seconds | None = None
    """From being answered to intake's end (JJWCSJ)."""
    assigned: Seconds | None = None
    """From intake's end to the first police unit sent (PJSJ)."""
    terminal: Seconds | None = None
    """From being sent to the terminal's having it (XTZDDDSJ)."""
    acknowledge: Seconds | None = None
    """From being sent to being acknowledged (PDQSSJ)."""
    en_route: Seconds | None = None
    """From being acknowledged to setting off (CJSJ)."""
    on_scene: Seconds | None = None
    """From intake's end to the first police unit on the scene (DDXCSJ)."""
    handled: Seconds | None = None
    """From intake's end to the scene's being done with (XCCLWBSJ)."""
    feedback: Seconds | None = None
    """From the scene's being done with to the feedback (FKSJ)."""


class PlanStep(Data):
    """What the plan has done besides sending units, and by when."""

    id: str
    name_zh: str
    name_en: str
    within_seconds: Seconds
    to: str | None = None
    """Whom a notification asks for it."""
    role: str | None = None
    """Done when a unit in this role is on the scene. Without it, when somebody says so."""


class Clocks(Data):
    """The ten clocks of the ministry's record, as far as they have struck; of several units the first police one."""

    bjsj: Instant | None = None
    """The call reached the seat."""
    jjsj: Instant | None = None
    """Answered."""
    jjwcsj: Instant | None = None
    """Intake done."""
    pjsj: Instant | None = None
    """Dispatched."""
    xtzdddsj: Instant | None = None
    """Received by the terminal."""
    pdqssj: Instant | None = None
    """Acknowledged."""
    cjsj: Instant | None = None
    """Departed."""
    ddxcsj: Instant | None = None
    """Arrived."""
    xcclwbsj: Instant | None = None
    """Scene done."""
    fksj: Instant | None = None
    """Feedback given."""
