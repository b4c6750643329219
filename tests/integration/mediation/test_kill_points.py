"""Every kill point of mediation, in full. one of each kind is in `tests/integration/faults`."""

import pytest

from tests.integration.mediation import kills
from tests.integration.mediation.kit import Place


@pytest.mark.parametrize("step", kills.OPENING)
async def test_M1_the_process_killed_while_a_dispute_becomes_a_case(place: Place, step: str) -> None:
    await kills.opening(place, step)


@pytest.mark.parametrize("step", kills.COMMAND)
async def test_M2_the_process_killed_while_a_command_is_carried_out(place: Place, step: str) -> None:
    await kills.command(place, step)


@pytest.mark.parametrize("step", kills.VISIT)
async def test_M7_the_process_killed_while_a_visit_is_told(place: Place, step: str) -> None:
    await kills.visit(place, step)


async def test_M14_the_process_killed_while_a_hazard_is_told(place: Place) -> None:
    await kills.hazard(place)


@pytest.mark.parametrize("step", kills.FORGETTING)
async def test_the_process_killed_while_parties_are_erased(place: Place, step: str) -> None:
    await kills.forgetting(place, step)
