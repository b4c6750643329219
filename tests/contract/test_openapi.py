"""The committed OpenAPI documents are what the services tell, and keep what earlier versions promised."""

import copy
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import orjson
import pytest

from fengqiao.cli.openapi import FOLDER, PROMISES, broken, document, promises, services, text


@cache
def told() -> dict[str, dict[str, object]]:
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(services(), pool.map(document, services()), strict=True))


@pytest.mark.parametrize("service", services())
def test_the_committed_document_is_what_the_service_tells(service: str) -> None:
    assert (FOLDER / f"{service}.json").read_bytes() == text(told()[service]), "run `make contracts`"
    assert str(told()[service]["openapi"]).startswith("3.1")


def test_what_was_promised_is_kept() -> None:
    now = {service: promises(described) for service, described in told().items()}
    assert orjson.loads(PROMISES.read_bytes()) == now, "run `make contracts`"


def test_a_broken_promise_is_named() -> None:
    before = orjson.loads(PROMISES.read_bytes())
    now = copy.deepcopy(before)
    assert broken(before, now) == []
    now["intake"]["POST /v1/incidents"].append("body colour")
    del now["dispatch"]["GET /v1/units"]
    assert broken(before, now) == [
        "dispatch: GET /v1/units is gone",
        "intake: POST /v1/incidents now needs body colour",
    ]


def test_the_guide_prints_the_one_table_of_roles() -> None:
    from fengqiao.runtime.roles import as_markdown

    assert as_markdown() in (FOLDER.parent / "roles.md").read_text(encoding="utf-8")
