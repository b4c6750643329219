"""JSON Schemas of the events, the AsyncAPI document, and what may change in them.

A schema changes only by optional additions: whoever wrote or reads an earlier version goes on (FULL_TRANSITIVE).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fengqiao.contracts.examples import example
from fengqiao.contracts.model import Event
from fengqiao.contracts.topics import MESSAGES, TOPICS, Topic, message_name

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def schema(event: type[Event]) -> Schema:
    """The JSON Schema of an event's data, as it is read: unknown fields are allowed."""
    written = _open(event.model_json_schema(mode="serialization"))
    return {"$schema": DIALECT, "$id": event.TYPE, **written}


def _open(value: Any) -> Any:
    """Without `additionalProperties: false`, which binds who builds an event, not who reads one."""
    if isinstance(value, dict):
        return {name: _open(inner) for name, inner in value.items() if (name, inner) != ("additionalProperties", False)}
    if isinstance(value, list):
        return [_open(inner) for inner in value]
    return value


def schemas() -> dict[str, Schema]:
    """message name → schema, of every event there is."""
    return {name: {**schema(event), "$id": name} for name, event in MESSAGES.items()}


def breaks(before: Schema, now: Schema) -> Iterator[str]:
    """What in `now` breaks a reader or a writer of `before`, each naming the field; nothing where none does."""
    yield from _object_breaks("", _resolved(before, before), _resolved(now, now))


def _object_breaks(path: str, before: Schema, now: Schema) -> Iterator[str]:
    old, new = before.get("properties", {}), now.get("properties", {})
    old_required, new_required = set(before.get("required", ())), set(now.get("required", ()))
    for name in sorted(old_required - new_required):
        yield f"{path}/{name} was always there, now it may be missing" if name in new else f"{path}/{name} is gone"
    for name in sorted(new_required - old_required):
        yield f"{path}/{name} is required now, and earlier events do not have it"
    for name in sorted(old):
        if name not in new:
            if name not in old_required:
                yield f"{path}/{name} is gone"
            continue
        yield from _value_breaks(f"{path}/{name}", old[name], new[name])


_SAID: Final = (
    "title",
    "description",
    "default",
    "examples",
    "properties",
    "required",
    "items",
    "anyOf",
    "prefixItems",
)


def _value_breaks(path: str, before: Schema, now: Schema) -> Iterator[str]:
    plain = {name: value for name, value in before.items() if name not in _SAID}
    if plain != {name: value for name, value in now.items() if name not in _SAID}:
        yield f"{path} is another kind of value than before"
        return
    if "properties" in before:
        yield from _object_breaks(path, before, now)
    if "items" in before:
        yield from _value_breaks(f"{path}/items", before["items"], now.get("items", {}))
    for word in ("anyOf", "prefixItems"):
        olds, news = before.get(word, []), now.get(word, [])
        if len(olds) != len(news):
            yield f"{path} is another kind of value than before"
        for old, new in zip(olds, news, strict=False):
            yield from _value_breaks(path, old, new)


def _resolved(node: Any, root: Schema) -> Any:
    """With every `$ref` replaced by what it refers to."""
    if isinstance(node, list):
        return [_resolved(one, root) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = root
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return _resolved(target, root)
    return {name: _resolved(value, root) for name, value in node.items() if name not in ("$defs", "$schema", "$id")}


def asyncapi(version: str) -> dict[str, Any]:
    """The AsyncAPI 3.0 document of all topics: a subscriber needs nothing else of ours."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Fengqiao",
            "version": version,
            "description": "Calls, decisions, crews' reports and mediation cases, as CloudEvents 1.0 over Kafka.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"local": {"host": "127.0.0.1:9092", "protocol": "kafka"}},
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": dict(_operations()),
        "components": {
            "messages": {name: _message(event) for name, event in MESSAGES.items()},
            "schemas": {"cloudEventHeaders": _HEADERS},
        },
    }


_HEADERS: Final[Schema] = {
    "type": "object",
    "description": "CloudEvents 1.0, Kafka binding, binary mode",
    "required": ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_subject", "ce_sequence"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "description": "source/subject/sequence: a repeat has the same"},
        "ce_type": {"type": "string"},
        "ce_source": {"type": "string", "description": "the service that says it"},
        "ce_subject": {"type": "string", "description": "the stream, together with ce_source"},
        "ce_sequence": {"type": "string", "pattern": "^[0-9]+$", "description": "its number in the stream: 1, 2, 3 …"},
        "ce_time": {"type": "string", "format": "date-time", "description": "domain time"},
        "traceparent": {"type": "string", "description": "W3C trace context"},
    },
}


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"{topic.says}. Record key: {topic.key}. What cannot be read goes to {topic.dead_letter}.",
        "messages": {
            event.TYPE: {"$ref": f"#/components/messages/{message_name(topic, event)}"} for event in topic.events
        },
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.partitions,
                "topicConfiguration": {
                    "cleanup.policy": ["compact" if topic.retention == "compacted" else "delete"],
                },
                "bindingVersion": "0.5.0",
            }
        },
    }


def _operations() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for topic in TOPICS:
        for action, services in (("send", topic.publishers), ("receive", topic.consumers)):
            for service in services:
                yield (
                    f"{service}.{action}.{topic.name}",
                    {
                        "action": action,
                        "channel": {"$ref": f"#/channels/{topic.name}"},
                        "title": f"{service} {'publishes' if action == 'send' else 'reads'} {topic.name}",
                    },
                )


def _message(event: type[Event]) -> dict[str, Any]:
    written = schema(event)
    return {
        "name": event.TYPE,
        "title": event.TYPE.removeprefix("fengqiao.").removesuffix(".v1"),
        "summary": (event.__doc__ or "").strip().split("\n")[0],
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/cloudEventHeaders"},
        "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": _inlined(written)},
        "examples": [{"payload": example(event)}],
    }


def _inlined(written: Schema) -> Schema:
    resolved: Schema = _resolved(written, written)
    return resolved
