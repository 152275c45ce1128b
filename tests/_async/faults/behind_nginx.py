"""A wait through a real nginx that buffers, compresses, times out or responds for an unreachable service.

Its name keeps it out of the default run, because it needs nginx (Debian: `apt-get install nginx-light`). The nox
session `faults` runs it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from proteiniq.errors import WaitTimeout

from ...faults.nginx import nginx
from ...faults.server import HANG, Asked, Pause, Piece, Server, event, refuse, reply, stream
from ...support import job
from ..clients import reach

EVENTS = ("GET", "/api/v1/jobs/job_1/events")
STATUS = ("GET", "/api/v1/jobs/job_1/status")

RUNNING = job("PROCESSING", completed_at=None)
DONE = job("COMPLETED")


@pytest.mark.anyio
async def test_a_stream_that_a_proxy_buffers_is_replaced_by_status_reads(
    server: Server, tmp_path: Path
) -> None:
    server.on(*EVENTS, stream(event(RUNNING), event(DONE), HANG))
    server.on(*STATUS, reply(RUNNING), reply(DONE))
    with nginx(server.url, tmp_path, "proxy_buffering on;") as url:
        async with reach(url) as client:
            assert (await client.jobs.wait("job_1", timeout=600)).status == "COMPLETED"
    assert server.count(*STATUS) == 2


@pytest.mark.anyio
async def test_a_stream_that_a_proxy_forwards_is_enough(server: Server, tmp_path: Path) -> None:
    server.on(*EVENTS, stream(event(RUNNING), Pause(10), event(DONE), HANG))
    server.on(*STATUS, refuse(500))
    with nginx(server.url, tmp_path, "proxy_buffering off;") as url:
        async with reach(url) as client:
            assert (await client.jobs.wait("job_1", timeout=600)).status == "COMPLETED"
    assert server.count(*STATUS) == 0


@pytest.mark.anyio
async def test_a_service_can_disable_buffering_of_the_proxy(server: Server, tmp_path: Path) -> None:
    server.on(*EVENTS, stream(event(RUNNING), Pause(10), event(DONE), HANG, x_accel_buffering="no"))
    server.on(*STATUS, refuse(500))
    with nginx(server.url, tmp_path, "proxy_buffering on;") as url:
        async with reach(url) as client:
            assert (await client.jobs.wait("job_1", timeout=600)).status == "COMPLETED"
    assert server.count(*STATUS) == 0


@pytest.mark.anyio
async def test_a_proxy_that_compresses_streams_is_requested_not_to(server: Server, tmp_path: Path) -> None:
    server.on(*EVENTS, stream(event(RUNNING), Pause(10), event(DONE), HANG))
    server.on(*STATUS, refuse(500))
    compress = ("proxy_buffering off;", "gzip on;", "gzip_min_length 0;", "gzip_types text/event-stream;")
    with nginx(server.url, tmp_path, *compress) as url:
        async with reach(url) as client:
            assert (await client.jobs.wait("job_1", timeout=600)).status == "COMPLETED"
    assert server.count(*STATUS) == 0


@pytest.mark.anyio
async def test_a_proxy_that_cuts_silent_streams_does_not_end_the_wait(server: Server, tmp_path: Path) -> None:
    server.on(*EVENTS, stream(event(RUNNING), HANG), stream(HANG), stream(event(DONE)))
    server.on(*STATUS, reply(RUNNING))
    with nginx(server.url, tmp_path, "proxy_buffering off;", "proxy_read_timeout 100ms;") as url:
        async with reach(url) as client:
            assert (await client.jobs.wait("job_1", timeout=600)).status == "COMPLETED"


@pytest.mark.anyio
async def test_a_proxy_whose_service_restarts_does_not_end_the_wait(server: Server, tmp_path: Path) -> None:
    def dying(asked: Asked) -> list[Piece]:
        server.on(*EVENTS, refuse(503), stream(event(DONE)))
        return [*stream(event(RUNNING))]

    server.on(*EVENTS, dying)
    server.on(*STATUS, [HANG], refuse(503), reply(RUNNING))
    with nginx(server.url, tmp_path, "proxy_buffering off;", "proxy_read_timeout 100ms;") as url:
        async with reach(url) as client:
            assert (await client.jobs.wait("job_1", timeout=600)).status == "COMPLETED"


@pytest.mark.anyio
async def test_a_proxy_without_a_service_ends_the_wait_only_at_the_deadline(
    server: Server, tmp_path: Path
) -> None:
    with nginx(server.url, tmp_path) as url:
        server.stop()
        async with reach(url) as client:
            clock = client._pipeline.clock
            started = clock.monotonic()
            with pytest.raises(WaitTimeout, match="the job's status could not be read"):
                await client.jobs.wait("job_1", timeout=60)
    assert 55 < clock.monotonic() - started < 60 + 1000
