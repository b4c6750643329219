"""Which function carries out which order."""

from collections.abc import Callable
from typing import Any, Final

from fengqiao.contracts import aid, orders
from fengqiao.contracts.commands import Command
from services.dispatch.domain.duplicates import link, merge, unmerge, urge
from services.dispatch.domain.emergency import emergency, end_emergency
from services.dispatch.domain.feedback import give_feedback
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.holding import hold, release
from services.dispatch.domain.mutual_aid_borrowing import ask_aid
from services.dispatch.domain.mutual_aid_lending import recall
from services.dispatch.domain.overrides import note, reassign, reopen, set_category
from services.dispatch.domain.small_cases import own, solve

ORDERED: Final[dict[type[Command], Callable[[Happenings, Any], None]]] = {
    orders.Reassign: reassign,
    orders.Hold: hold,
    orders.Release: release,
    orders.Reopen: reopen,
    orders.TakeNote: note,
    orders.SetCategory: set_category,
    orders.Merge: merge,
    orders.Unmerge: unmerge,
    orders.Link: link,
    orders.Urge: urge,
    orders.GiveFeedback: give_feedback,
    orders.OwnSmallCase: own,
    orders.SolveSmallCase: solve,
    orders.CallEmergency: emergency,
    orders.EndEmergency: end_emergency,
    aid.AskAid: ask_aid,
    aid.RecallUnit: recall,
}
