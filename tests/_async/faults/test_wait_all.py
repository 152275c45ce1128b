"""Waiting for many jobs: what goes over the wire, and what faults do to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from proteiniq import AsyncJob, AsyncProteinIQ
from proteiniq.errors import ContractError, InvalidInput, NotFound, Unauthorized, WaitTimeout

from ...faults.server import CUT, Asked, Piece, Server, event, page, refuse, reply, stream
from ...support import AsyncStillClock, Routes, answer, change_operation, events, job, refusal
from ..clients import over

LIST = ("GET", "/api/v1/jobs")


def status_of(job_id: str) -> tuple[str, str]:
    return "GET", f"/api/v1/jobs/{job_id}/status"


def events_of(job_id: str) -> tuple[str, str]:
    return "GET", f"/api/v1/jobs/{job_id}/events"


def made(number: int, status: str = "PROCESSING") -> dict[str, Any]:
    """A job; those with higher numbers are older."""
    return job(
        status, id=f"job_{number}", created_at=f"2026-06-12T08:{59 - number // 60:02}:{59 - number % 60:02}Z"
    )


def listed(*jobs: dict[str, Any], cursor: str | None = None) -> list[Piece]:
    return reply({"object": "list", "data": jobs, "has_more": cursor is not None, "next_cursor": cursor})


class Workspace:
    """Answers list and status requests about `count` jobs, which end when they have been looked at often enough.

    There are no event streams.
    """

    def __init__(self, server: Server, count: int, looks: int = 2) -> None:
        self._count = count
        self._looks = looks
        self.lists = 0
        server.on(*LIST, self._list)
        for number in range(count):
            server.on(*events_of(f"job_{number}"), refuse(404, "not_found"))
            server.on(*status_of(f"job_{number}"), reply(made(number, "COMPLETED")))

    def _list(self, asked: Asked) -> list[Piece]:
        query = parse_qs(asked.query)
        start = int(query.get("starting_after", ["0"])[0])
        self.lists += not start
        stop = start + int(query["limit"][0])
        jobs = [self._job(number) for number in range(start, min(stop, self._count))]
        return listed(*jobs, cursor=str(stop) if stop < self._count else None)

    def _job(self, number: int) -> dict[str, Any]:
        return made(number, "COMPLETED" if self.lists >= self._looks + number % 2 else "PROCESSING")


async def gathered(jobs: AsyncIterator[AsyncJob], ended: list[str] | None = None) -> None:
    """Wait to the end, keeping the ids of what has ended."""
    async for each in jobs:
        if ended is not None:
            ended.append(each.id)


@pytest.mark.anyio
async def test_a_hundred_jobs_cost_a_request_each_round(client: AsyncProteinIQ, server: Server) -> None:
    Workspace(server, 100)
    ids = [f"job_{number}" for number in range(100)]
    ended = [each async for each in client.jobs.wait_all([*ids, *ids], timeout=600)]
    assert sorted(each.id for each in ended) == sorted(ids)
    assert {str(each.status) for each in ended} == {"COMPLETED"}
    assert [asked.query for asked in server.asked if asked.path == LIST[1]] == ["limit=100"] * 3
    assert len(server.asked) == 3 + 2  # and two attempts to listen to a job


@pytest.mark.anyio
async def test_jobs_come_as_they_end_and_not_before(client: AsyncProteinIQ, server: Server) -> None:
    Workspace(server, 4)
    told: list[str] = []
    ended: list[str] = []
    async for each in client.jobs.wait_all(
        ["job_1", "job_0", "job_3", "job_2"], on_update=lambda job: told.append(f"{job.id} {job.status}")
    ):
        ended.append(each.id)
        if len(ended) == 2:
            assert server.count(*LIST) == 2
    assert ended == ["job_0", "job_2", "job_1", "job_3"]
    assert sorted(told) == sorted(
        f"job_{number} {status}" for number in range(4) for status in ("PROCESSING", "COMPLETED")
    )


@pytest.mark.once
@pytest.mark.anyio
async def test_further_pages_are_read_as_long_as_they_can_help(
    client: AsyncProteinIQ, server: Server
) -> None:
    Workspace(server, 1000, looks=1)
    wanted = [f"job_{number}" for number in range(40, 160, 2)]
    assert len([each async for each in client.jobs.wait_all(wanted)]) == 60
    assert server.count(*LIST) == 2


@pytest.mark.anyio
async def test_a_job_on_no_page_is_read_by_its_id(client: AsyncProteinIQ, server: Server) -> None:
    server.on(
        *LIST, listed(made(1), made(2), made(3, "COMPLETED")), listed(made(1, "COMPLETED"), made(2, "FAILED"))
    )
    server.on(*status_of("job_9"), reply(made(9)), reply(made(9, "CANCELLED")))
    ended = {
        each.id: str(each.status) async for each in client.jobs.wait_all(["job_1", "job_9", "job_2", "job_3"])
    }
    assert ended == {"job_1": "COMPLETED", "job_2": "FAILED", "job_3": "COMPLETED", "job_9": "CANCELLED"}


@pytest.mark.once
@pytest.mark.anyio
async def test_a_list_without_further_pages_uses_the_pages_it_has(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*LIST, reply({"data": [made(1, "COMPLETED"), made(2)], "has_more": True}))
    server.on(*status_of("job_2"), reply(made(2, "COMPLETED")))
    server.on(*status_of("job_9"), reply(made(9, "COMPLETED")))
    server.on(*events_of("job_9"), stream(event(made(9, "COMPLETED"))))
    ended = [each.id async for each in client.jobs.wait_all(["job_1", "job_9", "job_2"])]
    assert ended[0] == "job_1"
    assert set(ended) == {"job_1", "job_2", "job_9"}
    assert server.count(*LIST) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_list_by_offset_is_read_page_by_page(
    client: AsyncProteinIQ, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_operation(
        monkeypatch, "list_jobs", paging="offset", query={"limit": "limit", "starting_after": "skip"}
    )

    def listing(asked: Asked) -> list[Piece]:
        start = int(parse_qs(asked.query).get("skip", ["0"])[0])
        jobs = [made(number, "COMPLETED") for number in range(start, min(start + 100, 150))]
        return reply({"data": jobs, "total": 150})

    server.on(*LIST, listing)
    wanted = ["job_3", "job_140"]
    assert sorted([each.id async for each in client.jobs.wait_all(wanted)]) == ["job_140", "job_3"]
    assert [asked.query for asked in server.asked] == ["limit=100", "limit=100&skip=100"]


@pytest.mark.anyio
async def test_the_last_job_is_waited_for_by_its_events(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), made(2)))
    server.on(*events_of("job_2"), stream(event(made(2)), event(made(2, "COMPLETED"))))
    assert [each.id async for each in client.jobs.wait_all(["job_1", "job_2"])] == ["job_1", "job_2"]
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == ["jobs", "events"]


@pytest.mark.case
@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_job_that_ends_is_noticed_by_its_events_and_those_beside_it_by_the_list() -> None:
    jobs = [f"job_{number}" for number in range(1, 5)]
    all_ended = [made(number, "COMPLETED") for number in range(1, 5)]
    service = Routes(
        {
            "GET /api/v1/jobs": [answer({"data": [*map(made, range(1, 5))]}), answer({"data": all_ended})],
            "GET /api/v1/jobs/job_1/events": events({**made(1), "progress": 50}, made(1, "COMPLETED")),
            "GET /api/v1/jobs/job_2/events": events(made(2)),  # cut before its end
        }
    )
    clock, seen = AsyncStillClock(), list[AsyncJob]()
    async with over(service, clock=clock) as client:
        assert [each.id async for each in client.jobs.wait_all(jobs, on_update=seen.append)] == jobs
    assert [job.progress for job in seen if job.id == "job_1"].count(50) == 1
    assert [route.rpartition("/")[2] for route in service.routes] == ["jobs", "events", "events", "jobs"]
    assert clock.sleeps == [1.0]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_retry_field_of_an_event_stream_is_honoured() -> None:
    listing = [
        answer({"data": [made(number, status) for number in (1, 2)]}) for status in ("QUEUED", "FAILED")
    ]
    busy = refusal(503, "unavailable", Retry_After="40")
    clock = AsyncStillClock()
    async with over(
        Routes({"GET /api/v1/jobs": [*listing], "GET /api/v1/jobs/job_1/events": busy}), clock=clock
    ) as client:
        assert len([each async for each in client.jobs.wait_all(["job_1", "job_2"])]) == 2
    assert clock.sleeps == [40.0]


@pytest.mark.once
@pytest.mark.anyio
async def test_jobs_are_looked_at_when_they_are_as_old_as_others_were_when_they_ended() -> None:
    clock = AsyncStillClock()
    now = clock.utcnow()
    early, late = [(now - timedelta(seconds=seconds)).isoformat() for seconds in (1200, 570)]
    first = job(
        "COMPLETED", id="job_1", created_at=early, completed_at=(now - timedelta(seconds=600)).isoformat()
    )
    running, ended = (
        answer({"data": [first, *(job(status, id=f"job_{number}", created_at=late) for number in (2, 3, 4))]})
        for status in ("PROCESSING", "COMPLETED")
    )
    gone = refusal(404, "not_found")
    service = Routes({"GET /api/v1/jobs": [*[running] * 5, ended], "GET /api/v1/jobs/job_2/events": gone})
    async with over(service, clock=clock) as client:
        assert len([each async for each in client.jobs.wait_all([f"job_{n}" for n in range(1, 5)])]) == 4
    assert clock.sleeps == pytest.approx([5.0, 5.0, 6.25, 7.81, 5.94], abs=0.1)


@pytest.mark.anyio
async def test_jobs_that_have_ended_cost_no_request(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), made(2, "COMPLETED")))
    first = [each async for each in client.jobs.wait_all(["job_1", "job_2"])]
    assert [each async for each in client.jobs.wait_all(first)] == first
    assert [each async for each in client.jobs.wait_all([])] == []
    assert server.count(*LIST) == 1


@pytest.mark.anyio
async def test_a_deadline_names_the_running_jobs(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), made(2), made(3, "QUEUED")))
    ended: list[str] = []
    with pytest.raises(WaitTimeout) as caught:
        await gathered(client.jobs.wait_all(["job_1", "job_2", "job_3"], timeout=240), ended)
    assert ended == ["job_1"]
    assert [(left.id, str(left.status)) for left in caught.value.jobs] == [
        ("job_2", "PROCESSING"),
        ("job_3", "QUEUED"),
    ]
    assert caught.value.job == caught.value.jobs[0]
    assert "job_2, job_3" in str(caught.value)
    assert "wait_all" in str(caught.value)
    assert server.count(*LIST) <= 1 + 240 / 5


@pytest.mark.once
@pytest.mark.anyio
async def test_a_deadline_names_the_only_running_job_with_how_to_wait_for_it(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), made(2)))
    server.on(*events_of("job_2"), refuse(404, "not_found"))
    server.on(*status_of("job_2"), reply(made(2)))
    with pytest.raises(WaitTimeout, match=r"client\.jobs\.wait\('job_2'\)"):
        await gathered(client.jobs.wait_all(["job_1", "job_2"], timeout=240))


@pytest.mark.anyio
@pytest.mark.once
async def test_the_reason_of_a_failure_that_only_an_event_told_is_read() -> None:
    both = answer({"data": [made(1), made(2)]})
    service = Routes(
        {
            "GET /api/v1/jobs": [both, answer({"data": [made(1, "FAILED"), made(2, "COMPLETED")]})],
            "GET /api/v1/jobs/job_1/events": events({"status": "FAILED"}),
            "GET /api/v1/jobs/job_1/status": answer(
                {**made(1, "FAILED"), "error": {"code": "x", "message": "why"}}
            ),
            "GET /api/v1/jobs/job_2/events": events(made(2, "COMPLETED")),
        }
    )
    async with over(service) as client:
        first, _ = [each async for each in client.jobs.wait_all(["job_1", "job_2"])]
    assert first.error is not None
    assert (first.id, first.error.message) == ("job_1", "why")


@pytest.mark.anyio
@pytest.mark.once
async def test_statuses_are_read_after_a_page_whose_cursor_is_refused(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), cursor="gone"), refuse(400, "invalid_request"))
    server.on(*status_of("job_2"), reply(made(2, "COMPLETED")))
    server.on(*status_of("job_3"), reply(made(3, "COMPLETED")))
    wanted = ["job_1", "job_2", "job_3"]
    assert [each.id async for each in client.jobs.wait_all(wanted)] == wanted


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        refuse(404, "not_found"),
        page(),
    ],
    ids=["404", "a page"],
)
async def test_without_a_job_list_the_statuses_are_read(
    client: AsyncProteinIQ, server: Server, answer: list[Piece]
) -> None:
    server.on(*LIST, answer)
    server.on(*status_of("job_1"), reply(made(1)), reply(made(1, "COMPLETED")))
    server.on(*status_of("job_2"), reply(made(2)), reply(made(2, "COMPLETED")))
    server.on(*events_of("job_2"), stream(event(made(2, "COMPLETED"))))
    assert {each.id async for each in client.jobs.wait_all(["job_1", "job_2"])} == {"job_1", "job_2"}
    assert server.count(*LIST) == 1


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("fault", [refuse(503), [CUT]], ids=["503", "cut"])
async def test_transient_faults_do_not_end_it(
    client: AsyncProteinIQ, server: Server, fault: list[Piece]
) -> None:
    both = listed(made(1, "COMPLETED"), made(2, "COMPLETED"))
    server.on(*LIST, listed(made(1), made(2)), *[fault] * 4, both)
    assert {each.id async for each in client.jobs.wait_all(["job_1", "job_2"], timeout=600)} == {
        "job_1",
        "job_2",
    }


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unreachable_service_ends_it_only_at_the_deadline(
    client: AsyncProteinIQ, server: Server
) -> None:
    clock = client._pipeline.clock
    server.stop()
    started = clock.monotonic()
    with pytest.raises(WaitTimeout, match="job_1, job_2"):
        await gathered(client.jobs.wait_all(["job_1", "job_2"], timeout=60))
    assert 55 < clock.monotonic() - started < 60 + 1000


@pytest.mark.once
@pytest.mark.anyio
async def test_a_job_that_is_not_there_is_named_with_the_others(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*LIST, listed(made(1), made(2)))
    with pytest.raises(NotFound) as caught:
        await gathered(client.jobs.wait_all(["job_1", "job_7", "job_2"], timeout=240))
    assert caught.value.job_id == "job_7"
    assert "job_1" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_other_jobs_that_are_not_there_are_named_too(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*LIST, listed())
    for job_id in ("job_7", "job_8"):
        server.on(*events_of(job_id), refuse(404, "not_found"))
        server.on(*status_of(job_id), refuse(404, "not_found"))
    with pytest.raises(NotFound) as caught:
        await gathered(client.jobs.wait_all(["job_7", "job_8"]))
    assert caught.value.job_id == "job_7"
    assert caught.value.__notes__ == ["Not found: job_8."]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_only_job_that_is_not_there_is_not_said_to_continue(
    client: AsyncProteinIQ, server: Server
) -> None:
    server.on(*events_of("job_7"), refuse(404, "not_found"))
    server.on(*status_of("job_7"), refuse(404, "not_found"))
    with pytest.raises(NotFound) as caught:
        await gathered(client.jobs.wait_all(["job_7"]))
    assert "continue" not in "".join(getattr(caught.value, "__notes__", ()))


@pytest.mark.anyio
async def test_a_key_that_is_revoked_ends_it(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*LIST, refuse(401, "unauthorized"))
    server.on(*status_of("job_1"), refuse(401, "unauthorized"))
    with pytest.raises(Unauthorized):
        await gathered(client.jobs.wait_all(["job_1", "job_2"]))


@pytest.mark.once
@pytest.mark.anyio
async def test_a_status_that_never_fits_ends_it(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*LIST, listed())
    server.on(*status_of("job_1"), page())
    server.on(*status_of("job_2"), page())
    with pytest.raises(ContractError):
        await gathered(client.jobs.wait_all(["job_1", "job_2"]))


@pytest.mark.once
@pytest.mark.parametrize("jobs", ["job_1", 7, [None], ["job_1", ".."]])
def test_an_invalid_list_of_jobs_is_refused_at_once(jobs: Any) -> None:
    with pytest.raises(InvalidInput):
        AsyncProteinIQ("pq_live_tests_0123456789", "http://127.0.0.1:9").jobs.wait_all(jobs)


@pytest.mark.anyio
async def test_leaving_it_early_closes_everything(client: AsyncProteinIQ, server: Server) -> None:
    Workspace(server, 10)
    async for each in client.jobs.wait_all([f"job_{number}" for number in range(10)]):
        assert each.is_terminal
        break
    assert each.id == "job_0"
