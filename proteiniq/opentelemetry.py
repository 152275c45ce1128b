"""OpenTelemetry spans for the attempts of a client; the extra `opentelemetry` of proteiniq installs what they need.

    from proteiniq.opentelemetry import span_of_attempt

    client = ProteinIQ(hooks=[span_of_attempt()])

Each attempt becomes a client span named `proteiniq <operation>`, a child of the current span. Attributes follow
OpenTelemetry's semantic conventions for HTTP clients; none contains the key.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from opentelemetry.trace import SpanKind, StatusCode, TracerProvider, get_tracer

from .hooks import AttemptDetails, Hook


def span_of_attempt(tracer_provider: TracerProvider | None = None) -> Hook:
    """A hook that creates a span for each attempt. The default provider is the global one."""
    tracer = get_tracer("proteiniq", tracer_provider=tracer_provider)

    def hook(details: AttemptDetails) -> None:
        span = tracer.start_span(
            f"proteiniq {details.operation}",
            kind=SpanKind.CLIENT,
            start_time=_nanoseconds(details.started_at),
            attributes=_attributes(details),
        )
        if details.failure is not None or (details.status or 0) >= 400:
            span.set_status(StatusCode.ERROR)
        span.end(_nanoseconds(details.started_at + timedelta(seconds=details.duration)))

    return hook


def _attributes(details: AttemptDetails) -> dict[str, str | int | float]:
    server = urlsplit(f"//{details.host}")
    known = {
        "http.request.method": details.method,
        "server.address": server.hostname,
        "server.port": server.port,
        "url.path": details.path,
        "http.response.status_code": details.status,
        "http.request.resend_count": details.number - 1 or None,
        "error.type": details.failure
        or details.code
        or (str(details.status) if (details.status or 0) >= 400 else None),
        "proteiniq.operation": details.operation,
        "proteiniq.job_id": details.job_id,
        "proteiniq.request_id": details.request_id,
        "proteiniq.retry_in": details.wait,
    }
    return {name: value for name, value in known.items() if value is not None}


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000_000)
