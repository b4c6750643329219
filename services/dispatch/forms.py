"""Feedback forms on their way in: people, vehicles and words go into a paper, the rest into the command (D13)."""

from collections import Counter

import orjson

from fengqiao.contracts.feedback import FeedbackForm
from fengqiao.contracts.model import Category, PaperReference
from fengqiao.runtime.problems import Unprocessable
from services.dispatch import requests
from services.dispatch.giving import Giving, Sent
from services.dispatch.papers import Papers


class Forms:
    """Splits a form into what an event may carry and what must be erasable."""

    def __init__(self, giving: Giving, papers: Papers) -> None:
        self._giving = giving
        self._papers = papers

    async def kept(self, form: requests.Form, area: str, sent: Sent, pointer: str = "/result") -> FeedbackForm:
        """The form without its personal part, which is kept. pointer: to its result, in the request. Raises
        Unprocessable for an unknown result, and Unavailable."""
        if form.result is not None:
            self.check_result(area, form.result, pointer)
        paper: PaperReference | None = None
        if form.people or form.vehicles or form.words is not None:
            words = form.model_dump(include={"people", "vehicles", "words"}, exclude_none=True)
            paper = await self._papers.keep(
                orjson.dumps(words, option=orjson.OPT_SORT_KEYS).decode(),
                area,
                f"{sent.key} form",
                sent.caller.client,
                self._giving.clock.now(),
            )
        return FeedbackForm(
            kind=form.kind,
            result=form.result,
            counts=form.counts,
            losses=form.losses,
            people=dict(Counter(person.role for person in form.people)),
            vehicles=dict(Counter(vehicle.role for vehicle in form.vehicles)),
            described=form.words is not None,
            paper=paper,
        )

    def check_result(self, area: str, result: str, pointer: str) -> None:
        """Raises Unprocessable where the area has a list of results and this is not on it."""
        results = self._giving.handling(area).results
        if results and result not in results:
            raise Unprocessable.at(pointer, f"{result!r} is not a result of {area}: it has {', '.join(results)}.")

    def check_solves(self, area: str, result: str, pointer: str) -> None:
        """Raises Unprocessable where a small case is not solved by this result."""
        self.check_result(area, result, pointer)
        handling = self._giving.handling(area)
        if handling.results and not handling.solves(result):
            solving = ", ".join(one.code for one in handling.results.values() if one.solves)
            raise Unprocessable.at(pointer, f"{result!r} does not solve it: {solving or 'no result of the area'} does.")

    def check_kind(self, area: str, kind: str, pointer: str) -> None:
        """Raises Unprocessable for a kind of dispute that the area's set of categories does not know."""
        words = self._giving.handling(area).words
        if words and kind not in words:
            raise Unprocessable.at(pointer, f"The set of {area} has no category {kind!r}: intake's /v1/categories has.")

    def category(self, area: str, code: str, pointer: str) -> Category:
        """The category of the area's set. Raises Unprocessable."""
        found = self._giving.handling(area).categories.get(code)
        if found is None:
            raise Unprocessable.at(pointer, f"The set of {area} has no category {code!r}: intake's /v1/categories has.")
        return found
