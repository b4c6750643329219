"""When those who were refused may come again: one after another, so that an outage does not end in a crowd.

Everybody told the same two seconds comes again every two seconds: after two minutes of twenty calls a second that is
more than a machine can refuse in time, and all of them at the door when the store is back.
"""


class Turns:
    """per_second: how many come again in a second. soonest, latest: seconds between a refusal and its turn."""

    def __init__(self, per_second: float, soonest: float, latest: float) -> None:
        self._between = 1.0 / per_second
        self._soonest = soonest
        self._latest = latest
        self._last = float("-inf")

    def next(self, now: float) -> float:
        """Seconds until the turn of one who is refused. now: seconds of a counter.

        When more are waiting than fit before `latest`, the round begins anew.
        """
        turn = max(self._last + self._between, now + self._soonest)
        if turn > now + self._latest:
            turn = now + self._soonest
        self._last = turn
        return turn - now
