"""Lending between areas (D8): asked, granted or refused, returned.

Asking. A call waits for a required role that nobody here can fill, and it is of priority ASKS_AT_ONCE or graver, or
has waited beyond its target for `assigned` (WAITS_LONGEST seconds where it has none). One unit is asked for at a
time, of the neighbour that lends such a kind and is nearest; without an answer after ANSWER_SECONDS, or after a
refusal, the next one is asked; the same one again after ASK_AGAIN. An area has MOST_ASKS requests open at most.

Lending. The home area decides on its own board. It lends a free unit that holds nothing, of a kind that it lends to
that neighbour, when KEEP_FREE other units of the kind stay free and no call as grave waits here. Of those that can
go, the one that stands nearest to the place in a straight line: the road networks of two areas do not meet, so the
seconds are those between the stations.

A loan is for one incident. What the unit does there is the borrowing area's to say; as soon as it holds nothing
there, it is given back, in the same entry. A grant that is not needed any more goes straight back. A neighbour's
messages are numbered; each is taken in once and in order, so a loan cannot be doubled, nor a return.
"""

from fengqiao.contracts import aid as told
from services.dispatch.domain import messages as private
from services.dispatch.domain.happenings import Happenings
from services.dispatch.domain.messages import AidHeard
from services.dispatch.domain.mutual_aid_borrowing import answered, let_go, use_or_return
from services.dispatch.domain.mutual_aid_lending import lend_or_refuse, take_back


def aid_heard(then: Happenings, message: AidHeard) -> None:
    """Take in what a neighbour says: each of its messages once, in the order of its numbers."""
    event = message.event
    here, of = then.board.aid, event.area
    if event.message <= here.heard.get(of, 0):
        return
    if event.message > here.heard.get(of, 0) + 1:
        if f"{of}#{event.message}" not in here.early:
            then.add(
                private.AidSetAside(from_area=of, message=event.message, type=event.TYPE, data=event.wire().decode())
            )
        return
    _take_in(then, event)
    while True:
        waiting = then.board.aid.early.get(f"{of}#{then.board.aid.heard[of] + 1}")
        if waiting is None:
            return
        _take_in(then, private.AID_MESSAGES[waiting.type].read(waiting.data))


def _take_in(then: Happenings, event: told.AidMessage) -> None:
    then.add(private.AidRead(from_area=event.area, message=event.message))
    match event:
        case told.AidAsked():
            lend_or_refuse(then, event)
        case told.AidGranted():
            use_or_return(then, event)
        case told.AidRefused():
            answered(then, event.aid_id, "refused", event.why)
        case told.AidRecalled():
            let_go(then, event)
        case told.AidReturned():
            take_back(then, event)
        case _:
            raise AssertionError(f"{event.TYPE} is no message to another area")
