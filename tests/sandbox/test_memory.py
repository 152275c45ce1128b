"""A job's memory: which one is ended, and what counts."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from proteiniq.sandbox import Sandbox, _watch

from .clients import Api, generous
from .fake_tools import MESSY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read in /proc")
LIMIT = 200 << 20


@pytest.fixture(scope="module")
def limited() -> Iterator[Sandbox]:
    with generous(max_memory_bytes=LIMIT, tools=MESSY) as sandbox:
        yield sandbox


@pytest.fixture
def api(limited: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setattr(_watch, "LOOK_S", 0.02)
    with Api(limited) as client:
        yield client


@pytest.mark.parametrize("how", ["itself", "child"])
def test_a_job_that_uses_too_much_is_ended(api: Api, how: str) -> None:
    before = api.credits()
    failed = api.run("hoards", settings={"mebibytes": 260, "how": how})
    assert (failed["status"], failed["error"]["code"]) == ("FAILED", "out_of_memory")
    assert "200 MiB" in failed["error"]["message"]
    assert api.credits() == before


@pytest.mark.parametrize(("how", "mebibytes"), [("reserved", 4000), ("forks", 100)])
def test_reserved_and_shared_memory_is_not_counted_as_used(api: Api, how: str, mebibytes: int) -> None:
    settings = {"mebibytes": mebibytes, "how": how, "seconds": 0.5}
    assert api.run("hoards", settings=settings)["status"] == "COMPLETED"


def test_the_limit_of_a_tool_counts_if_it_is_smaller(api: Api) -> None:
    failed = api.run("modest", settings={"mebibytes": 100})
    assert "64 MiB" in failed["error"]["message"]
