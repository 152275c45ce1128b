# Generated from tests/_async/test_cassettes.py by scripts/unasync.py. Edit that file instead.

"""Recorded responses of the sandbox, replayed without it: see `tests/cassettes/`."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from proteiniq import ProteinIQ
from proteiniq.sandbox import Sandbox

from ..cassettes import FOLDER, KEY, URL, NotRecorded, recorder
from ..support import FastClock, Stub, answer, documented
from .clients import connect
from .scenarios import SCENARIOS


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_cassette(name: str) -> None:
    with ProteinIQ(KEY, URL, timeout=1000.0, rate_limit=100_000, clock=FastClock()) as client:
        with recorder("none").use_cassette(name) as cassette:
            SCENARIOS[name](client)
        assert cassette.all_played


def test_a_cassette_is_recorded_and_replayed(sandbox: Sandbox, key: str, tmp_path: Path) -> None:
    path = str(tmp_path / "new.yaml")
    with connect(sandbox, key) as client:
        with recorder("all").use_cassette(path) as recording:
            recorded = (client.account.get()).workspace
        with recorder("none").use_cassette(path) as replaying:
            assert (client.account.get()).workspace == recorded
        assert (len(recording), replaying.play_count) == (1, 1)


def test_a_mock_of_httpx_gets_the_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Stub(answer(documented("get_account")))

    def handled(transport: object, request: httpx.Request) -> httpx.Response:
        return service(request)

    with ProteinIQ(KEY, "https://service.test", max_retries=0) as client:
        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handled)
        client.account.get()
    assert [str(request.url) for request in service.requests] == ["https://service.test/api/v1/account"]
