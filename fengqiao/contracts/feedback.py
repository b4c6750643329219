"""The feedback form 反馈单 as far as an event may carry it: a code, numbers, and where the words lie (D13).

People, vehicles and words are personal: they lie in a paper at dispatch. What analytics counts is here.
"""

from typing import Annotated, Literal

from pydantic import Field

from fengqiao.contracts.model import Data, PaperReference

FeedbackKind = Literal["process", "arrival", "final"]
"""On the way or at work · on arrival · when all is done."""
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Yuan = Annotated[float, Field(ge=0, le=1e12)]


class FeedbackCounts(Data):
    """None: not said. 0: none."""

    people_involved: Count | None = None
    injured: Count | None = None
    dead: Count | None = None
    detained: Count | None = None
    helped: Count | None = None
    vehicles_lost: Count | None = None
    vehicles_recovered: Count | None = None


class FeedbackLosses(Data):
    """In yuan. None: not said."""

    lost_yuan: Yuan | None = None
    recovered_yuan: Yuan | None = None
    prevented_yuan: Yuan | None = None
    """What did not go because somebody stopped it: a transfer to a fraudster."""


class FeedbackForm(Data):
    """One form. people, vehicles: how many of each role are named in the paper."""

    kind: FeedbackKind
    result: str | None = None
    """A code of the area's list of results."""
    counts: FeedbackCounts = FeedbackCounts()
    losses: FeedbackLosses = FeedbackLosses()
    people: dict[str, int] = Field(default_factory=dict)
    vehicles: dict[str, int] = Field(default_factory=dict)
    described: bool = False
    """The paper has words of the crew's own."""
    paper: PaperReference | None = None
