"""Logs: one line an event on standard output, with service and trace id, without anything about a person.

Everything of the standard library's logging (uvicorn, aiokafka, pymongo) goes the same way. Keys that may
carry personal data or secrets are dropped, and telephone numbers and tokens inside texts are blanked,
before a line leaves.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Literal, TextIO

import orjson
import structlog
from structlog.contextvars import bound_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from fengqiao.runtime.telemetry import current_trace_id

PERSONAL_KEYS: Final = frozenset(
    (
        *("name", "phone", "caller", "callers", "parties", "id_number", "address"),
        *("description", "words", "note", "notes", "reason_text", "body", "input"),
        *("authorization", "token", "password", "secret", "cookie", "set_cookie", "set-cookie"),
    )
)
_PHONE: Final = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_TOKEN: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
# pydantic quotes the refused value in its messages, and a refused value may be somebody's words.
_QUOTED_INPUT: Final = re.compile(r"input_value=.*?, input_type=\w+", re.DOTALL)


def without_personal_data(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop the keys that may carry personal data or secrets, at any depth, and blank what texts let
    through.
    """
    return {key: _clean(value) for key, value in event.items() if key not in PERSONAL_KEYS}


def _clean(value: Any) -> Any:
    if type(value) is str:
        if len(value) < 11:
            return value
        value = _PHONE.sub("[phone]", value)
        if "eyJ" in value:
            value = _TOKEN.sub("[token]", value)
        return _QUOTED_INPUT.sub("[input withheld]", value) if "input_value=" in value else value
    if isinstance(value, Mapping):
        return {
            key: _clean(inner)
            for key, inner in value.items()
            if not (isinstance(key, str) and key.lower() in PERSONAL_KEYS)
        }
    if isinstance(value, (list, tuple, set)):
        return [_clean(inner) for inner in value]
    return value if isinstance(value, (int, float, bool, type(None))) else _clean(str(value))


def _with_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if trace_id := current_trace_id():
        event["trace_id"] = trace_id
    return event


class _Json:
    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> str:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class _Stamped:
    """Puts the service's name and version on every line."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = self._service
        return event


def configure_logs(
    service: str,
    *,
    format: Literal["console", "json"] = "console",
    level: str = "info",
    stream: TextIO | None = None,
    final: bool = True,
) -> None:
    """Send all logs of this process to `stream` (standard output), from `level` on, in `format`.

    final: loggers remember this configuration, which is quicker; a test that configures anew says False.
    """
    out = stream or sys.stdout
    threshold = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _Stamped(service),
        _with_trace,
        structlog.processors.format_exc_info,
        without_personal_data,
    ]
    rendered: Processor = (
        _Json() if format == "json" else structlog.dev.ConsoleRenderer(colors=out.isatty(), sort_keys=False)
    )
    structlog.configure(
        processors=[*shared, rendered],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=final,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, rendered],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for chatty in ("aiokafka", "pymongo", "httpx", "httpcore", "urllib3", "asyncio"):
        logging.getLogger(chatty).setLevel(max(threshold, logging.WARNING))
    # A collector that is away is said once a batch, not once a try.
    logging.getLogger("opentelemetry").setLevel(max(threshold, logging.ERROR))
    for own in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(own).handlers.clear()
        logging.getLogger(own).propagate = True
    # One line a connection says nothing that the request's own line does not.
    logging.getLogger("uvicorn.error").setLevel(max(threshold, logging.WARNING))


@contextmanager
def log_context(**values: str | int) -> Iterator[None]:
    """Put `values` (an area, an incident's id; never a person) on every line logged inside the block."""
    with bound_contextvars(**values):
        yield
