"""Ranking all units of an area at once: as the rules say unit by unit (D1, D8)."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dispatch.domain import sending
from services.dispatch.domain.board import OnDuty
from services.dispatch.domain.matching import STALE_COSTS, STALE_SECONDS, Context, ranked, why_not
from tests.unit.dispatch.area import PATROL, START, Area, incident, unit, wanted

ZONES = ("north", "south", "west", None)
BACKING = {"north": ("south",)}


@st.composite
def areas(draw: st.DrawFn) -> Area:
    """Patrols in any state, anywhere; each may hold one assignment."""
    units, states, seconds, ages = {}, {}, {}, {}
    for number in range(draw(st.integers(1, 7))):
        id = f"P{number}"
        cell = draw(st.sampled_from(("G1", "G2", None)))
        units[id] = replace(unit(id, PATROL, cell), zone=draw(st.sampled_from(ZONES)))
        seconds[id] = draw(st.sampled_from((20.0, 50.0, 100.0, 110.0, 130.0, inf)))
        ages[id] = draw(st.sampled_from((1.0, STALE_SECONDS + 1.0)))
        if draw(st.integers(0, 5)):
            states[id] = OnDuty(
                id,
                START,
                1,
                on=draw(st.booleans()) or draw(st.booleans()),
                assignments=draw(st.sampled_from(((), (), (), ("i-none.1",)))),
                silent=draw(st.sampled_from((False, False, True))),
                emergency=draw(st.sampled_from((None, None, None, "i-none"))),
                lent_to=draw(st.sampled_from((None, None, None, "other"))),
            )
    own = Area()
    board = own.board
    for id, state in states.items():
        board = replace(board, units=board.units.insert(id, state))
    forces = replace(own.forces, units=units, backing=BACKING)
    return replace(own, board=board, forces=forces, seconds=seconds, ages=ages)


@given(areas(), st.sampled_from(ZONES), st.sampled_from(("nearest", "covering")), st.integers(1, 4), st.data())
@settings(max_examples=400, deadline=None)
def test_D1_D8_the_best_are_those_that_the_rules_put_first(
    area: Area, zone: str | None, rule: str, most: int, data: st.DataObject
) -> None:
    place = area.travel.where("").model_copy(update={"zone": zone, "grid_cell": "G1"})
    exclude = data.draw(st.frozensets(st.sampled_from(sorted(area.forces.units)), max_size=2))
    context = Context(area.now, area.forces, area.travel)
    found, ruled_out = ranked(area.board, context, wanted("any", "patrol", rule=rule), place, exclude, most)

    asked = [id for id in area.forces.units if id not in exclude]
    why = {id: why_not(area.board, area.forces, id) for id in asked}
    free = [id for id in asked if why[id] is None]
    reasons = [reason for reason in why.values() if reason] + ["no_road" for id in free if area.seconds[id] == inf]
    assert ruled_out == {reason: reasons.count(reason) for reason in reasons}

    of_zone = {id: area.forces.units[id].zone for id in free}
    own = {zone} if zone in of_zone.values() else {zone, *BACKING.get(zone or "", ())}

    def key(id: str) -> tuple[bool, bool, bool, float, bool, str]:
        stale = STALE_COSTS if area.ages[id] > STALE_SECONDS else 0.0
        elsewhere = rule == "covering" and area.forces.units[id].grid_cell != "G1"
        away = of_zone[id] is not None and zone is not None and of_zone[id] not in own
        seconds = area.seconds[id]
        return seconds == inf, area.board.units[id].silent, elsewhere, seconds + stale, away, id

    best = sorted(free, key=key)[:most]
    assert [one.unit for one in found] == best
    assert [(one.seconds, one.silent) for one in found] == [(area.seconds[id], key(id)[1]) for id in best]
    assert [one.covers for one in found] == [rule == "covering" and not key(id)[2] for id in best]
    assert [one.backs for one in found] == [of_zone[id] if of_zone[id] in own - {zone} else None for id in best]


@given(areas(), st.sampled_from(ZONES), st.integers(2, 4))
@settings(max_examples=300, deadline=None)
def test_D1_D8_several_for_one_role_are_those_that_are_chosen_one_by_one(
    area: Area, zone: str | None, count: int
) -> None:
    plan = replace(area.forces.plans["one-nearest"], wanted=(wanted("primary", "patrol", count=count),))
    area = replace(area, forces=replace(area.forces, plans={"one-nearest": plan}))
    together = area.reported("a", place={"zone": zone})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sending, "_left", lambda *_: [])
        one_by_one = area.reported("a", place={"zone": zone})
    assert together.events == one_by_one.events
    assert incident("a") in together.board.incidents
