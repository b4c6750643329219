"""While a store is away, one operation at a time finds out whether it is back."""

from fengqiao.runtime.reach import QUIET_S, Reach


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_I1_one_at_a_time_tries_while_the_store_is_away() -> None:
    reach = Reach(Hands())
    assert reach.may_try()
    reach.failed()
    assert reach.away
    assert reach.may_try()
    assert not reach.may_try()
    reach.failed()
    assert reach.may_try()
    reach.answered()
    assert all(reach.may_try() for _ in range(3))


def test_I1_a_store_that_answers_others_is_slow_and_not_away() -> None:
    clock = Hands()
    reach = Reach(clock)
    reach.answered()
    clock.now += QUIET_S / 2
    reach.failed()
    assert not reach.away
    clock.now += QUIET_S
    reach.failed()
    assert reach.away


def test_I1_one_who_gives_up_leaves_the_try_to_the_next() -> None:
    reach = Reach(Hands())
    reach.failed()
    assert reach.may_try()
    reach.given_up()
    assert reach.may_try()
