"""Every number a service shows at `/metrics`, in one table. Labels never carry ids, places or persons.

Times are in real seconds. A service that needs one more adds it to this table, so that the dashboards and the
operators' guide, which are drawn from it, stay whole.
"""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

# From a cached read (half a millisecond) to the longest answer allowed while something is down (2.5 s) and
# beyond.
_LATENCY: Final = (
    0.0005,
    0.001,
    0.002,
    0.004,
    0.008,
    0.016,
    0.032,
    0.064,
    0.125,
    0.25,
    0.5,
    1.0,
    2.0,
    2.5,
    5.0,
    10.0,
)
# Groups and batches: powers of two up to what one write may carry.
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


def _counter(name: str, meaning: str, *labels: str) -> Counter:
    return Counter(f"fengqiao_{name}", meaning, labels, registry=REGISTRY)


def _gauge(name: str, meaning: str, *labels: str) -> Gauge:
    return Gauge(f"fengqiao_{name}", meaning, labels, registry=REGISTRY)


def _histogram(name: str, meaning: str, *labels: str, buckets: tuple[float, ...] = _LATENCY) -> Histogram:
    return Histogram(f"fengqiao_{name}", meaning, labels, buckets=buckets, registry=REGISTRY)


# --- HTTP. `route` is the template (/v1/incidents/{id}), "unmatched" for whatever leads nowhere.
HTTP_SECONDS: Final = _histogram("http_request_seconds", "Request to last byte", "method", "route", "status")
REQUESTS_LIMITED: Final = _counter(
    "requests_limited", "Requests refused because a client or everybody asked for too much", "lane"
)
HTTP_IN_FLIGHT: Final = _gauge("http_requests_in_flight", "Requests being answered")
AUTH_REFUSED: Final = _counter("auth_refused", "Tokens refused, by reason", "reason")
JWKS_REFRESH_FAILED: Final = _counter("jwks_refresh_failed", "Key sets that could not be read; old keys went on")

# --- Consuming. consumed = applied + repeated + dead_lettered once nothing is in flight, per topic.
RECORDS_CONSUMED: Final = _counter("records_consumed", "Records handed out by Kafka", "topic")
RECORDS_APPLIED: Final = _counter("records_applied", "Records whose effect is durable", "topic")
RECORDS_REPEATED: Final = _counter("records_repeated", "Records skipped because their sequence was known", "topic")
RECORDS_DEAD_LETTERED: Final = _counter("records_dead_lettered", "Records that could not be understood", "topic")
SEQUENCE_GAPS: Final = _counter("sequence_gaps", "Streams seen to skip a number: an alarm", "topic")
CONSUMER_LAG: Final = _gauge("consumer_lag_records", "Records not read yet", "group", "topic", "partition")
CONSUMER_PAUSES: Final = _counter("consumer_pauses", "Partitions paused because store or producer was away", "topic")
POSITIONS_IGNORED: Final = _counter("positions_ignored", "Positions of units not taken in, by reason", "reason")

# --- Publishing.
PUBLISH_SECONDS: Final = _histogram("publish_seconds", "Send to acknowledgement by all replicas")
PUBLISH_FAILED: Final = _counter("publish_failed", "Sends without acknowledgement in time", "topic")
PUBLISHER_REBUILDS: Final = _counter("publisher_rebuilds", "Producers replaced after losing their sequence")
OUTBOX_PENDING: Final = _gauge("outbox_pending", "Documents accepted whose events are not yet published", "outbox")

# --- Journal and documents.
JOURNAL_ENTRIES: Final = _counter("journal_entries", "Entries written", "area")
JOURNAL_INSERT_SECONDS: Final = _histogram("journal_insert_seconds", "Inserting one entry")
JOURNAL_FENCED: Final = _counter("journal_fenced", "Writes refused because another instance had written", "area")
GROUP_SIZE: Final = _histogram("insert_group_size", "Documents in one grouped insert", buckets=_SIZES)
STORE_UNAVAILABLE: Final = _counter("store_unavailable", "Operations the store did not answer in time")

# --- Time and the live stream.
CLOCK_SKEW: Final = _gauge("clock_skew_seconds", "The machine's clock ahead of the process's; far from 0 after a jump")
SSE_CLIENTS: Final = _gauge("sse_clients", "Open streams")
SSE_EVENTS: Final = _counter("sse_events", "Events sent on streams")
SSE_RESETS: Final = _counter("sse_resets", "Streams that had to start again from a snapshot")


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)
