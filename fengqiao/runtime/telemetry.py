"""Traces that go through HTTP and Kafka (W3C Trace Context), cheap when nobody collects them.

Every request and every consumed record runs under a span context, so logs and problems always have a trace
id and `traceparent()` always has something to send on. Spans are recorded only when an OTLP endpoint is set.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import context, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags

_UNRECORDED: Final = TraceFlags(TraceFlags.DEFAULT)


EXPORT_TIMEOUT_S: Final = 2
"""Real seconds a batch of spans is tried for; a collector that is away costs spans, never requests."""


class _Recording:
    """What records spans in this process: nothing until configured."""

    provider: TracerProvider | None = None
    tracer: trace.Tracer | None = None


# Ids need to be unlikely to meet, not unpredictable: nothing is decided by them. Seeded by the system.
_ids: Final = random.Random()


def configure_telemetry(service: str, version: str, endpoint: str | None) -> None:
    """Record spans and send them to the OTLP/HTTP collector at `endpoint`; None: record nothing.

    The provider stays ours, not the process-wide one: the web framework would record each request a second
    time.
    """
    shutdown_telemetry()
    if endpoint is None:
        return
    # Imported here: the exporter costs a fifth of a second that most local processes never need.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    resource = Resource.create({"service.name": f"fengqiao-{service}", "service.version": version})
    # The library would hold up the end of the process until a collector that is away has been tried for long.
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _Recording.provider = provider
    _Recording.tracer = provider.get_tracer("fengqiao")


def shutdown_telemetry() -> None:
    """Send what is still waiting, for at most EXPORT_TIMEOUT_S, and stop recording. Blocks."""
    if _Recording.provider is not None:
        _Recording.provider.shutdown()
    _Recording.provider = _Recording.tracer = None


def parse_traceparent(header: str | bytes | None) -> SpanContext | None:
    """The remote span of a `traceparent` header, or None when it is absent or not well-formed."""
    if not header:
        return None
    text = header.decode("latin-1") if isinstance(header, bytes) else header
    if len(text) < 55 or text[2] != "-" or text[35] != "-" or text[52] != "-" or text[:2] == "ff":
        return None
    try:
        trace_id, span_id, flags = int(text[3:35], 16), int(text[36:52], 16), int(text[53:55], 16)
    except ValueError:
        return None
    found = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return found if found.is_valid else None


@contextmanager
def _recorded(tracer: trace.Tracer, name: str, above: context.Context | None, kind: SpanKind) -> Iterator[Span]:
    # What an exception says may be somebody's words: only its kind goes to the collector.
    with tracer.start_as_current_span(
        name, context=above, kind=kind, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as error:
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


@contextmanager
def continue_from(traceparent: str | bytes | None, name: str, *, kind: SpanKind = SpanKind.CONSUMER) -> Iterator[Span]:
    """Run the block under a span named `name`, child of the remote one, or under a trace of its own.

    For whatever a message sets off: `with continue_from(record_headers["traceparent"], "decide"): …`.
    """
    parent = parse_traceparent(traceparent)
    tracer = _Recording.tracer
    if tracer is not None:
        above = (
            context.Context()
            if parent is None
            else trace.set_span_in_context(NonRecordingSpan(parent), context.Context())
        )
        with _recorded(tracer, name, above, kind) as recorded:
            yield recorded
        return
    if parent is None:
        made = SpanContext(_ids.getrandbits(128) | 1, _ids.getrandbits(64) | 1, False, _UNRECORDED)
    else:
        made = SpanContext(parent.trace_id, _ids.getrandbits(64) | 1, False, parent.trace_flags)
    span = NonRecordingSpan(made)
    attached = context.attach(trace.set_span_in_context(span))
    try:
        yield span
    finally:
        context.detach(attached)


@contextmanager
def step(name: str) -> Iterator[Span]:
    """A part of the present span worth its own line in a trace; free when nothing is recorded."""
    tracer = _Recording.tracer
    if tracer is None:
        yield trace.get_current_span()
    else:
        with _recorded(tracer, name, None, SpanKind.INTERNAL) as recorded:
            yield recorded


def traceparent() -> str | None:
    """The `traceparent` header to send on, or None outside any span."""
    now = trace.get_current_span().get_span_context()
    if not now.is_valid:
        return None
    return f"00-{now.trace_id:032x}-{now.span_id:016x}-{int(now.trace_flags):02x}"


def current_trace_id() -> str:
    """32 hex digits, or "" outside any span."""
    now = trace.get_current_span().get_span_context()
    return f"{now.trace_id:032x}" if now.is_valid else ""
