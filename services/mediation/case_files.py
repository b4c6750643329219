"""What is kept of cases, and by which rules: what whoever changes a case works with."""

from collections.abc import Mapping
from dataclasses import dataclass

from fengqiao.runtime.clock import Clock
from services.mediation.case_store import CaseStore
from services.mediation.domain.rules import Rules
from services.mediation.lists import Lists
from services.mediation.papers import Papers
from services.mediation.parties import Parties
from services.mediation.repeats import Repeats


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """rules: of each area that this installation serves."""

    store: CaseStore
    lists: Lists
    papers: Papers
    parties: Parties
    repeats: Repeats
    clock: Clock
    rules: Mapping[str, Rules]
