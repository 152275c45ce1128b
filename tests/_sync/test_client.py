# Generated from tests/_async/test_client.py by scripts/unasync.py. Edit that file instead.

"""The client itself: options, account, contract, and what it leaves behind."""

from __future__ import annotations

import json
from functools import cached_property

import httpx
import pytest

from proteiniq import ConfigurationError, Forbidden, InternalError, ProteinIQ, TransportError
from proteiniq.contract import upstream
from proteiniq.sandbox import Sandbox

from ..support import KEY, SECRET, URL, StillClock, Stub, answer, documented, job, refusal
from .clients import over


def test_the_account(sandbox: Sandbox, client: ProteinIQ, key: str) -> None:
    account = client.account.get()
    assert account.workspace.credits is not None
    assert account.workspace.credits.available == 10**9
    assert account.api_key is not None
    assert account.api_key.prefix
    assert key.startswith(account.api_key.prefix)
    assert set(account.api_key.scopes) == {"jobs:read", "jobs:write", "files:read", "files:write"}
    assert account.limits is not None
    assert account.limits.rate_limit is not None
    assert account.limits.rate_limit.limit == 100_000


def test_the_contract_that_the_service_publishes(client: ProteinIQ) -> None:
    assert client.openapi() == upstream()


def test_a_tool_has_its_input(client: ProteinIQ) -> None:
    tool = client.tools.get("pairwise-alignment")
    assert [slot.id for slot in tool.slots] == ["query", "target"]
    assert tool.slot("query").formats == ("fasta",)
    with pytest.raises(KeyError):
        tool.slot("quary")
    gap_open = next(setting for setting in tool.settings if setting.id == "gap_open")
    assert (gap_open.type, gap_open.default, gap_open.minimum) == ("number", 10, 1)
    assert "alignment.txt" in [output.name for output in tool.outputs]


def test_a_quote(client: ProteinIQ) -> None:
    quote = client.jobs.quote("pairwise-alignment", {"query": "MKV", "target": "MKA"})
    assert (quote.tool, quote.estimated_credits, quote.available_credits) == ("pairwise-alignment", 1, 10**9)
    assert quote.blocking_errors == ()
    assert quote.limits is not None
    assert quote.limits.max_concurrent_jobs == 1000
    assert quote.billing_mode is not None


def test_a_client_with_other_options_does_not_change_the_first() -> None:
    service = Stub(httpx.ConnectError("refused"))
    with over(service, max_retries=2) as client:
        impatient = client.with_options(max_retries=0, timeout=1.0)
        with pytest.raises(TransportError) as once:
            impatient.account.get()
        with pytest.raises(TransportError) as thrice:
            client.account.get()
    assert (once.value.attempts, thrice.value.attempts) == (1, 3)


def test_closing_a_client_with_other_options_leaves_the_first_open() -> None:
    with over(Stub(answer(documented("get_account")))) as client:
        with client.with_options(timeout=1.0).with_options(max_retries=0) as impatient:
            impatient.account.get()
        client.account.get()
    with pytest.raises(ConfigurationError, match="closed"):
        impatient.account.get()


def test_closing_a_client_whose_first_is_gone_closes_its_connections() -> None:
    with over(Stub(answer(documented("get_account")))).with_options(timeout=1.0) as client:
        client.account.get()
    with pytest.raises(ConfigurationError, match="closed"):
        client.account.get()


def test_a_timeout_is_that_of_one_request() -> None:
    service = Stub(answer(documented("get_account")))
    with over(service, timeout=12.0) as client:
        client.account.get()
        client.with_options(timeout=3.0).account.get()
    assert [request.extensions["timeout"]["connect"] for request in service.requests] == [12.0, 3.0]


def test_a_deadline_is_that_of_all_attempts_and_pauses() -> None:
    clock = StillClock()
    service = Stub(refusal(503, "internal_error", retry_after="4"))
    with over(service, clock=clock).with_options(deadline=10.0) as client:
        with pytest.raises(InternalError) as caught:
            client.account.get()
    assert caught.value.attempts == len(service.requests) == 3
    assert sum(clock.sleeps) < 10.0
    assert any("past the deadline" in note for note in caught.value.__notes__)


def test_each_call_has_its_own_deadline() -> None:
    clock = StillClock()
    service = Stub(refusal(503, "internal_error", retry_after="4"), answer(documented("get_account")))
    with over(service, clock=clock).with_options(deadline=5.0) as client:
        client.account.get()
        clock.now += 100.0
        client.account.get()
    assert len(service.requests) == 3


def test_a_wait_may_take_longer_than_the_deadline_of_its_requests() -> None:
    clock = StillClock()
    service = Stub(*[answer(job("PROCESSING"))] * 4, answer(job("COMPLETED")))
    with over(service, clock=clock).with_options(deadline=1.0) as client:
        ended = client.jobs.wait("job_1", streams=False)
    assert ended.status == "COMPLETED"
    assert sum(clock.sleeps) > 15.0


def test_the_key_is_sent_as_a_bearer_to_every_route() -> None:
    service = Stub(answer(documented("list_jobs")))
    with over(service) as client:
        client.jobs.list().list()
    (request,) = service.requests
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert str(request.url).startswith(URL)
    assert SECRET not in str(request.url)


class Laboratory(ProteinIQ):
    """A client as a user extends it."""

    bench = "A1"

    @cached_property
    def seen(self) -> list[str]:
        return []


@pytest.mark.case
def test_a_subclass_keeps_what_it_has_set_with_other_options() -> None:
    with Laboratory(KEY, URL) as client:
        client.bench = "B2"
        client.seen.append("old")
        other = client.with_options(timeout=1.0).with_options(max_retries=0)
        assert type(other) is Laboratory
        assert (other.bench, other.seen) == ("B2", [])
        assert other.jobs is not client.jobs
        assert (other._pipeline.config.timeout, client._pipeline.config.timeout) == (1.0, 30.0)


@pytest.mark.case
def test_a_route_without_a_method_is_requested_with_retries_and_errors() -> None:
    service = Stub(httpx.ReadError("reset"), refusal(503, "unavailable"), answer({"projects": [1]}))
    with over(service) as client:
        assert client.request("get", "/api/v1/projects", params={"q": "a b"}) == {"projects": [1]}
    (url,) = {str(request.url) for request in service.requests}
    assert url == "https://service.test/api/v1/projects?q=a+b"
    assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
    with over(Stub(refusal(403, "forbidden"))) as client:
        with pytest.raises(Forbidden):
            client.request("GET", "/api/v1/projects")
