"""Every kill point of mediation, in full. One of each kind is in `test_outages.py`."""

import pytest

from tests.integration.mediation import kill_chains, kills
from tests.integration.mediation.kit import Place


@pytest.mark.parametrize("step", kills.OPENING)
async def test_M1_the_process_killed_while_a_dispute_becomes_a_case(place: Place, step: str) -> None:
    await kills.opening(place, step)


async def test_M2_the_process_killed_while_commands_are_carried_out(place: Place) -> None:
    await kill_chains.case_commands(place)


async def test_M7_M14_the_process_killed_while_what_is_due_is_told(place: Place) -> None:
    await kill_chains.falling_due(place)


async def test_M14_S12_the_process_killed_while_hazards_and_calls_are_recorded(place: Place) -> None:
    await kill_chains.hazards_and_calls(place)


async def test_the_process_killed_while_parties_and_papers_are_erased(place: Place) -> None:
    await kill_chains.forgetting(place)
