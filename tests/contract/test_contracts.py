"""What is published of the contracts is what the code says, and breaks nobody who uses an earlier version."""

import copy
from typing import Any, get_args

import jsonschema
import pytest
from pydantic import ValidationError

from fengqiao.cli.contracts import PUBLISHED, broken, documents, text, versions
from fengqiao.contracts.schemas import breaks, schemas
from fengqiao.contracts.topics import DISPATCH, INCIDENTS, MESSAGES, TOPICS, kafka_topics

DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_published_file_is_what_the_code_says(name: str) -> None:
    assert (PUBLISHED / name).read_bytes() == text(DOCUMENTS[name]), "run `make contracts`"


def test_nothing_published_lacks_its_event() -> None:
    on_disk = {f"{folder}/{file.name}" for folder in ("schemas", "examples") for file in (PUBLISHED / folder).iterdir()}
    assert on_disk == {name for name in DOCUMENTS if "/" in name}


def test_no_earlier_version_breaks() -> None:
    assert broken(versions()) == []
    assert set(versions()) == set(MESSAGES)
    assert all(versions()[kind][-1] == schema for kind, schema in schemas().items())


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_the_example_fits_its_schema_and_reads_back(kind: str) -> None:
    data = DOCUMENTS[f"examples/{kind}.json"]
    jsonschema.Draft202012Validator(
        DOCUMENTS[f"schemas/{kind}.json"], format_checker=jsonschema.FormatChecker()
    ).validate(data)
    event = MESSAGES[kind].of(data)
    assert MESSAGES[kind].read(event.wire()) == event
    # Forgiving when read, strict when built.
    assert MESSAGES[kind].of({**data, "from_a_newer_version": 1}) == event
    with pytest.raises(ValidationError):
        MESSAGES[kind](**{**data, "from_a_newer_version": 1})


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_what_may_be_unknown_may_be_left_out(kind: str) -> None:
    """Nulls are left out on the wire, so a field that may be null must not be required."""
    for name, field in MESSAGES[kind].model_fields.items():
        assert not (field.is_required() and type(None) in get_args(field.annotation)), name


@pytest.mark.parametrize("kind", sorted(MESSAGES))
def test_no_personal_data_has_a_place_in_an_event(kind: str) -> None:
    names: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            names.update(node.get("properties", {}))
            for inner in node.values():
                walk(inner)
        elif isinstance(node, list):
            for inner in node:
                walk(inner)

    walk(DOCUMENTS[f"schemas/{kind}.json"])
    assert not names & {"caller", "phone", "description", "address", "party", "parties", "words", "notes", "id_number"}


def test_each_topic_tells_its_own_cancelled() -> None:
    told = DOCUMENTS["asyncapi.json"]
    kind = "fengqiao.incident.cancelled.v1"
    for topic, fields in ((INCIDENTS, {"received_at"}), (DISPATCH, {"number", "at", "why"})):
        name = told["channels"][topic.name]["messages"][kind]["$ref"].rpartition("/")[2]
        required = set(told["components"]["messages"][name]["payload"]["schema"]["required"])
        assert fields <= required


def changed(**change: Any) -> list[str]:
    before = schemas()["fengqiao.incident.reported.v1"]
    now = copy.deepcopy(before)
    match change:
        case {"remove": name}:
            del now["properties"][name]
        case {"require": name}:
            now["required"].append(name)
        case {"relax": name}:
            now["required"].remove(name)
        case {"retype": name}:
            now["properties"][name] = {"type": "array"}
        case {"add": name}:
            now["properties"][name] = {"type": "string"}
        case {"deep": name}:
            del now["$defs"]["Location"]["properties"][name]
    return list(breaks(before, now))


def test_a_breaking_change_is_named_with_its_field() -> None:
    assert changed(add="colour") == []
    assert "weapon is gone" in changed(remove="weapon")[0]
    assert "weapon is required now" in changed(require="weapon")[0]
    assert "priority" in changed(relax="priority")[0]
    assert "caller_count is another kind" in changed(retype="caller_count")[0]
    assert "location/zone is gone" in changed(deep="zone")[0]


def test_every_topic_has_a_dead_letter_topic_and_one_partition_count_for_areas() -> None:
    made = {name: partitions for name, partitions, _ in kafka_topics()}
    for topic in TOPICS:
        assert topic.dead_letter in made
        assert made[topic.name] == topic.partitions
    assert len({topic.partitions for topic in TOPICS if topic.key.startswith("area")}) == 1
