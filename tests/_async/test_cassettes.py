"""Recorded responses of the sandbox, replayed without it: see `tests/cassettes/`."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from proteiniq import AsyncProteinIQ
from proteiniq.sandbox import Sandbox

from ..cassettes import FOLDER, KEY, URL, NotRecorded, recorder
from ..support import AsyncFastClock, Stub, answer, documented
from .clients import connect
from .scenarios import SCENARIOS


@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(SCENARIOS))
async def test_a_cassette(name: str) -> None:
    async with AsyncProteinIQ(KEY, URL, timeout=1000.0, rate_limit=100_000, clock=AsyncFastClock()) as client:
        with recorder("none").use_cassette(name) as cassette:
            await SCENARIOS[name](client)
        assert cassette.all_played


@pytest.mark.anyio
async def test_a_cassette_is_recorded_and_replayed(sandbox: Sandbox, key: str, tmp_path: Path) -> None:
    path = str(tmp_path / "new.yaml")
    async with connect(sandbox, key) as client:
        with recorder("all").use_cassette(path) as recording:
            recorded = (await client.account.get()).workspace
        with recorder("none").use_cassette(path) as replaying:
            assert (await client.account.get()).workspace == recorded
        assert (len(recording), replaying.play_count) == (1, 1)


@pytest.mark.anyio
async def test_a_mock_of_httpx_gets_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Stub(answer(documented("get_account")))

    async def handled(transport: object, request: httpx.Request) -> httpx.Response:
        return service(request)

    async with AsyncProteinIQ(KEY, "https://service.test", max_retries=0) as client:
        monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", handled)
        await client.account.get()
    assert [str(request.url) for request in service.requests] == ["https://service.test/api/v1/account"]


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unrecorded_request_is_not_sent() -> None:
    async with AsyncProteinIQ(KEY, URL, max_retries=0, rate_limit=100_000) as client:
        with (
            recorder("none").use_cassette("account"),
            pytest.raises(NotRecorded),
        ):
            await client.tools.get("esmfold")


@pytest.mark.once
def test_there_is_a_cassette_for_each_scenario_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(SCENARIOS)


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_no_cassette_contains_a_secret(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()
    assert not re.search(
        r"bearer|authorization|api_key: |set-cookie|/(?:home|tmp|root)/", text, re.IGNORECASE
    )
    assert str(Path(__file__).parents[2]) not in text
    assert not re.search(r"pq_live_(?!cassette\b)|pq_live_cassette_", text)
    assert not re.search(r"(signature|sig|token)=(?!scrubbed)", text)
    assert set(re.findall(r"https?://[^/\s\"'\\]+", text)) <= {URL}
    without_checksums = re.sub(r"etag:\n *- .*", "", text)
    assert not re.search(r"\b[0-9a-f]{40,}\b", without_checksums)
