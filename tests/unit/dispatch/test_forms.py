"""Results that a clear, a form or a small case may have (D4, D11, D13)."""

from dataclasses import replace
from typing import Any

import pytest

from fengqiao.runtime.problems import Unprocessable
from services.dispatch.domain.handling import Handling, Result
from services.dispatch.forms import Forms
from services.dispatch.giving import Giving
from tests.unit.dispatch.area import FORCES

LISTED = Handling(results={code: Result(code, None, code, code, solves=True) for code in ("当场调解", "移交")})
NOBODY: Any = None
"""Neither a desk nor papers: nothing is sent and nothing kept here."""


def forms(handling: Handling) -> Forms:
    areas = {"testarea": replace(FORCES, handling=handling)}
    return Forms(Giving(NOBODY, NOBODY, areas, NOBODY), NOBODY)


def test_D13_a_result_of_the_list_is_taken_and_another_is_refused_with_the_list() -> None:
    forms(LISTED).check_result("testarea", "移交", "/disposition")
    with pytest.raises(Unprocessable) as refused:
        forms(LISTED).check_result("testarea", "settled", "/disposition")
    (error,) = refused.value.errors
    assert error.pointer == "/disposition"
    assert error.detail == "'settled' is not a result of testarea: it has 当场调解, 移交."


def test_D13_an_area_without_a_list_takes_any_result() -> None:
    forms(Handling()).check_result("testarea", "settled", "/disposition")


def test_D4_M13_a_kind_of_dispute_is_a_word_of_the_areas_set_where_it_has_one() -> None:
    known = Handling(words=frozenset({"0802", "neighbour_dispute"}))
    for kind in ("0802", "neighbour_dispute"):
        forms(known).check_kind("testarea", kind, "/dispute/kind")
    forms(Handling()).check_kind("testarea", "noise", "/dispute/kind")
    with pytest.raises(Unprocessable) as refused:
        forms(known).check_kind("testarea", "nope", "/dispute/kind")
    assert refused.value.errors[0].pointer == "/dispute/kind"
