# Generated from tests/_async/faults/test_wait_all.py by scripts/unasync.py. Edit that file instead.

"""Waiting for many jobs: what goes over the wire, and what faults do to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from proteiniq import Job, ProteinIQ
from proteiniq.errors import ContractError, InvalidInput, NotFound, Unauthorized, WaitTimeout

from ...faults.server import CUT, Asked, Piece, Server, event, page, refuse, reply, stream
from ...support import Routes, StillClock, answer, change_operation, events, job, refusal
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


def gathered(jobs: Iterator[Job], ended: list[str] | None = None) -> None:
    """Wait to the end, keeping the ids of what has ended."""
    for each in jobs:
        if ended is not None:
            ended.append(each.id)


def test_a_hundred_jobs_cost_a_request_each_round(client: ProteinIQ, server: Server) -> None:
    Workspace(server, 100)
    ids = [f"job_{number}" for number in range(100)]
    ended = [each for each in client.jobs.wait_all([*ids, *ids], timeout=600)]
    assert sorted(each.id for each in ended) == sorted(ids)
    assert {str(each.status) for each in ended} == {"COMPLETED"}
    assert [asked.query for asked in server.asked if asked.path == LIST[1]] == ["limit=100"] * 3
    assert len(server.asked) == 3 + 2  # and two attempts to listen to a job


def test_jobs_come_as_they_end_and_not_before(client: ProteinIQ, server: Server) -> None:
    Workspace(server, 4)
    told: list[str] = []
    ended: list[str] = []
    for each in client.jobs.wait_all(
        ["job_1", "job_0", "job_3", "job_2"], on_update=lambda job: told.append(f"{job.id} {job.status}")
    ):
        ended.append(each.id)
        if len(ended) == 2:
            assert server.count(*LIST) == 2
    assert ended == ["job_0", "job_2", "job_1", "job_3"]
    assert sorted(told) == sorted(
        f"job_{number} {status}" for number in range(4) for status in ("PROCESSING", "COMPLETED")
    )


def test_a_job_on_no_page_is_read_by_its_id(client: ProteinIQ, server: Server) -> None:
    server.on(
        *LIST, listed(made(1), made(2), made(3, "COMPLETED")), listed(made(1, "COMPLETED"), made(2, "FAILED"))
    )
    server.on(*status_of("job_9"), reply(made(9)), reply(made(9, "CANCELLED")))
    ended = {each.id: str(each.status) for each in client.jobs.wait_all(["job_1", "job_9", "job_2", "job_3"])}
    assert ended == {"job_1": "COMPLETED", "job_2": "FAILED", "job_3": "COMPLETED", "job_9": "CANCELLED"}


def test_the_last_job_is_waited_for_by_its_events(client: ProteinIQ, server: Server) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), made(2)))
    server.on(*events_of("job_2"), stream(event(made(2)), event(made(2, "COMPLETED"))))
    assert [each.id for each in client.jobs.wait_all(["job_1", "job_2"])] == ["job_1", "job_2"]
    assert [asked.path.rpartition("/")[2] for asked in server.asked] == ["jobs", "events"]


@pytest.mark.case
def test_a_job_that_ends_is_noticed_by_its_events_and_those_beside_it_by_the_list() -> None:
    jobs = [f"job_{number}" for number in range(1, 5)]
    all_ended = [made(number, "COMPLETED") for number in range(1, 5)]
    service = Routes(
        {
            "GET /api/v1/jobs": [answer({"data": [*map(made, range(1, 5))]}), answer({"data": all_ended})],
            "GET /api/v1/jobs/job_1/events": events({**made(1), "progress": 50}, made(1, "COMPLETED")),
            "GET /api/v1/jobs/job_2/events": events(made(2)),  # cut before its end
        }
    )
    clock, seen = StillClock(), list[Job]()
    with over(service, clock=clock) as client:
        assert [each.id for each in client.jobs.wait_all(jobs, on_update=seen.append)] == jobs
    assert [job.progress for job in seen if job.id == "job_1"].count(50) == 1
    assert [route.rpartition("/")[2] for route in service.routes] == ["jobs", "events", "events", "jobs"]
    assert clock.sleeps == [1.0]


def test_jobs_that_have_ended_cost_no_request(client: ProteinIQ, server: Server) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), made(2, "COMPLETED")))
    first = [each for each in client.jobs.wait_all(["job_1", "job_2"])]
    assert [each for each in client.jobs.wait_all(first)] == first
    assert [each for each in client.jobs.wait_all([])] == []
    assert server.count(*LIST) == 1


def test_a_deadline_names_the_running_jobs(client: ProteinIQ, server: Server) -> None:
    server.on(*LIST, listed(made(1, "COMPLETED"), made(2), made(3, "QUEUED")))
    ended: list[str] = []
    with pytest.raises(WaitTimeout) as caught:
        gathered(client.jobs.wait_all(["job_1", "job_2", "job_3"], timeout=240), ended)
    assert ended == ["job_1"]
    assert [(left.id, str(left.status)) for left in caught.value.jobs] == [
        ("job_2", "PROCESSING"),
        ("job_3", "QUEUED"),
    ]
    assert caught.value.job == caught.value.jobs[0]
    assert "job_2, job_3" in str(caught.value)
    assert "wait_all" in str(caught.value)
    assert server.count(*LIST) <= 1 + 240 / 5


@pytest.mark.parametrize(
    "answer",
    [
        refuse(404, "not_found"),
        page(),
    ],
    ids=["404", "a page"],
)
def test_without_a_job_list_the_statuses_are_read(
    client: ProteinIQ, server: Server, answer: list[Piece]
) -> None:
    server.on(*LIST, answer)
    server.on(*status_of("job_1"), reply(made(1)), reply(made(1, "COMPLETED")))
    server.on(*status_of("job_2"), reply(made(2)), reply(made(2, "COMPLETED")))
    server.on(*events_of("job_2"), stream(event(made(2, "COMPLETED"))))
    assert {each.id for each in client.jobs.wait_all(["job_1", "job_2"])} == {"job_1", "job_2"}
    assert server.count(*LIST) == 1


def test_a_key_that_is_revoked_ends_it(client: ProteinIQ, server: Server) -> None:
    server.on(*LIST, refuse(401, "unauthorized"))
    server.on(*status_of("job_1"), refuse(401, "unauthorized"))
    with pytest.raises(Unauthorized):
        gathered(client.jobs.wait_all(["job_1", "job_2"]))


def test_leaving_it_early_closes_everything(client: ProteinIQ, server: Server) -> None:
    Workspace(server, 10)
    for each in client.jobs.wait_all([f"job_{number}" for number in range(10)]):
        assert each.is_terminal
        break
    assert each.id == "job_0"
