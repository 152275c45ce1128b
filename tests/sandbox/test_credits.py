"""Prices, reservations, and the quotas of a workspace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .clients import Api, Clock, body, code, entry, error, generous, issues, job


def test_a_quote_has_price_balance_and_limits() -> None:
    with generous(max_concurrent_jobs=4, daily_limit=50, credits=1000) as sandbox, Api(sandbox) as api:
        api.run("priced")
        quote = body(api.post("jobs/quote", json=job("priced", name=None, inputs=[entry("a\nb\nc\n")])))
    assert quote == {
        "object": "job_quote",
        "tool": "priced",
        "estimated_credits": 25,
        "available_credits": 980,
        "billable_credits": 25,
        "blocking_errors": [],
        "limits": {
            "active_concurrent_jobs": 0,
            "max_concurrent_jobs": 4,
            "daily_limit_used": 1,
            "daily_limit_max": 50,
        },
        "billing": {"mode": "fixed"},
    }


def test_a_quote_refuses_a_limit_below_the_price_as_a_submit_does(api: Api) -> None:
    limited = job("priced", billing={"max_reserved_credits": 19})
    quoted, submitted = api.post("jobs/quote", json=limited), api.post("jobs", json=limited)
    assert code(quoted) == code(submitted) == (400, "validation_error")
    assert issues(quoted) == issues(submitted)
    assert list(issues(quoted)) == ["billing.max_reserved_credits"]


def test_credits_are_reserved_at_once_and_charged_at_the_end(api: Api, tmp_path: Path) -> None:
    before, gate = api.credits(), tmp_path / "gate"
    submitted = api.submit("waits", settings={"gate": str(gate)})
    assert submitted["credits_used"] is None
    assert api.credits() == before - 7
    gate.touch()
    assert api.ended(submitted["id"])["credits_used"] == 7
    assert api.credits() == before - 7


@pytest.mark.parametrize(("tool", "settings"), [("fails", {}), ("endless", None)])
def test_a_job_without_success_costs_nothing(
    api: Api, tool: str, settings: dict[str, str] | None, tmp_path: Path
) -> None:
    before = api.credits()
    ended = api.run(tool, settings={"pid": str(tmp_path / "pid")} if settings is None else settings)
    assert ended["credits_used"] == 0
    assert api.credits() == before


def test_a_job_above_the_balance_is_refused_and_blocks_its_quote() -> None:
    with generous(credits=19) as sandbox, Api(sandbox) as api:
        response = api.post("jobs", json=job("priced"))
        assert code(response) == (402, "insufficient_credits")
        assert error(response)["message"] == "The job needs 20 credits; 19 are available."
        quote = body(api.post("jobs/quote", json=job("priced", name=None)))
        assert [b["code"] for b in quote["blocking_errors"]] == ["insufficient_credits"]
        assert error(response)["details"] == {"blocking_errors": quote["blocking_errors"]}
        assert api.run("plain")["status"] == "COMPLETED"
        assert api.credits() == 19


def test_concurrent_submits_never_overspend() -> None:
    with generous(credits=100) as sandbox:

        def submit(_: int) -> int:
            with Api(sandbox) as api:
                return api.post("jobs", json=job("priced")).status_code

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(submit, range(16)))
        with Api(sandbox) as api:
            assert api.credits() == 0
    assert sorted(statuses) == [201] * 5 + [402] * 11


def test_a_job_beyond_the_concurrency_limit_is_refused(tmp_path: Path) -> None:
    with generous(max_concurrent_jobs=2, workers=1) as sandbox, Api(sandbox) as api:
        gate = tmp_path / "gate"
        jobs = [api.submit("waits", settings={"gate": str(gate)})["id"] for _ in range(2)]
        response = api.post("jobs", json=job())
        assert code(response) == (402, "concurrent_job_limit_exceeded")
        account = body(api.get("account"))["limits"]
        assert account["active_jobs"] == 2
        assert account["concurrent_jobs"] == {"max": 2, "remaining": 0}
        quote = body(api.post("jobs/quote", json=job(name=None)))
        assert [b["code"] for b in quote["blocking_errors"]] == ["concurrent_job_limit_exceeded"]
        with Api(sandbox, sandbox.create_key(workspace="team_other")) as other:
            assert other.post("jobs", json=job()).status_code == 201
        gate.touch()
        api.ended(jobs[0])
        assert api.post("jobs", json=job()).status_code == 201


def test_the_jobs_of_a_day_are_counted_in_utc() -> None:
    clock = Clock()
    clock.now = 1_800_057_590.0  # 2027-01-15 23:59:50 UTC
    with generous(daily_limit=1, clock=clock) as sandbox, Api(sandbox) as api:
        api.run()
        response = api.post("jobs", json=job())
        assert code(response) == (402, "daily_limit_exceeded")
        quote = body(api.post("jobs/quote", json=job(name=None)))
        assert quote["limits"]["daily_limit_used"] == 1
        assert [b["code"] for b in quote["blocking_errors"]] == ["daily_limit_exceeded"]
        clock.now += 10
        assert api.run()["status"] == "COMPLETED"
