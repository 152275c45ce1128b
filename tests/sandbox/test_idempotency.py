"""A repeated submit does not create a second job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from .clients import Api, Clock, body, code, error, file_entry, generous, issues, job


def submit(api: Api, key: str, header: str = "Idempotency-Key", **changes: Any) -> httpx.Response:
    return api.post("jobs", json=job(**changes), headers={header: key})


def test_a_repeat_returns_the_current_state_of_the_same_job(api: Api) -> None:
    first = body(submit(api, "one", tool="priced"))
    done = api.ended(first["id"])
    again = submit(api, "one", tool="priced")
    assert again.status_code == 201
    assert body(again) == done
    assert api.credits() == 10_000 - 20


def test_both_headers_are_one_key(api: Api) -> None:
    first = body(submit(api, "one"))
    assert body(submit(api, "one", "X-Idempotency-Key"))["id"] == first["id"]
    both = {"Idempotency-Key": "one", "X-Idempotency-Key": "one"}
    assert body(api.post("jobs", json=job(), headers=both))["id"] == first["id"]


def test_two_headers_that_differ_are_refused(api: Api) -> None:
    both = {"Idempotency-Key": "one", "X-Idempotency-Key": "two"}
    assert "header.X-Idempotency-Key" in issues(api.post("jobs", json=job(), headers=both))


@pytest.mark.parametrize("key", ["", "k" * 256])
def test_a_key_of_a_wrong_length_is_refused(api: Api, key: str) -> None:
    assert list(issues(submit(api, key))) == ["header.Idempotency-Key"]


def test_the_formatting_of_a_body_does_not_matter(api: Api) -> None:
    first = body(submit(api, "one"))
    spelled = b'{ "input": {"inputs": [%s]}, "name": "a \\u006aob", "tool": "plain" }'
    inputs = (
        b'{"source":{"type":"text"},"content":">a\\nMK\\n","format":"fasta",'
        b'"kind":"protein","slotId":"text","id":"entry"}'
    )
    headers = {"Idempotency-Key": "one", "Content-Type": "application/json"}
    assert body(api.post("jobs", content=spelled % inputs, headers=headers))["id"] == first["id"]


def test_another_body_is_a_conflict(api: Api) -> None:
    first = body(submit(api, "one"))
    response = submit(api, "one", name="another")
    assert code(response) == (409, "conflict")
    assert error(response)["details"] == {"job_id": first["id"]}


def test_another_workspace_has_its_own_keys(api: Api) -> None:
    first = body(submit(api, "shared"))
    with Api(api.sandbox, api.sandbox.create_key(workspace="team_apart")) as other:
        assert body(submit(other, "shared", name="another"))["id"] != first["id"]


def test_another_api_key_of_the_workspace_shares_them(api: Api, workspace: str) -> None:
    first = body(submit(api, "shared"))
    with Api(api.sandbox, api.sandbox.create_key(workspace=workspace)) as other:
        assert body(submit(other, "shared"))["id"] == first["id"]


def test_concurrent_repeats_make_one_job(api: Api) -> None:
    def repeat(_: int) -> httpx.Response:
        with Api(api.sandbox, api.key) as own:
            return submit(own, "race", tool="priced")

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(repeat, range(24)))
    assert {response.status_code for response in responses} == {201}
    (job_id,) = {body(response)["id"] for response in responses}
    assert [found["id"] for found in body(api.get("jobs"))["data"]] == [job_id]
    assert api.credits() == 10_000 - 20


def test_a_repeat_skips_the_checks_of_limits_and_input() -> None:
    with generous(credits=20, daily_limit=1) as sandbox, Api(sandbox) as api:
        inputs = [file_entry(api.upload()["id"])]
        first = body(submit(api, "one", tool="priced", inputs=inputs))
        api.delete(f"files/{inputs[0]['source']['file_id']}")
        assert body(submit(api, "one", tool="priced", inputs=inputs))["id"] == first["id"]


def test_a_refused_submit_uses_no_key(api: Api) -> None:
    assert submit(api, "one", tool="nothing").status_code == 404
    assert submit(api, "one").status_code == 201


def test_a_key_is_kept_for_a_day_and_across_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    with generous(tmp_path, clock=clock) as sandbox, Api(sandbox) as api:
        first = body(submit(api, "one"))
        api.ended(first["id"])
    clock.now += 24 * 3600
    with generous(tmp_path, clock=clock) as sandbox, Api(sandbox) as api:
        assert body(submit(api, "one"))["id"] == first["id"]
        clock.now += 1
        second = body(submit(api, "one", name="another"))
        assert second["id"] != first["id"]
