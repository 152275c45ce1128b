"""The option `runner`, without a cluster."""

from __future__ import annotations

import sys

import pytest

from proteiniq.sandbox import Sandbox, SandboxError, _runners

from .commands import run_python


@pytest.mark.parametrize(
    ("url", "address"), [("dask://a:8786", "tcp://a:8786"), ("tls://[::1]:8786", "tls://[::1]:8786")]
)
def test_the_address_of_a_scheduler(url: str, address: str) -> None:
    assert _runners.scheduler_of(url) == address


@pytest.mark.parametrize(
    "url", ["", "dask://", "dask://a", "dask://a:", "a:8786", "http://a:8786", "dask://a:99999", "dask://a:0"]
)
def test_another_runner_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="runner must be dask://HOST:PORT"):
        Sandbox(runner=url)


def test_a_storage_needs_a_cluster() -> None:
    with pytest.raises(ValueError, match="storage requires runner"):
        Sandbox(storage="/shared")
    with pytest.raises(ValueError, match="storage must be a folder or a URL, got ''"):
        Sandbox(runner="dask://a:8786", storage="")


def test_a_cluster_needs_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("proteiniq.sandbox._dask.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(SandboxError, match=r"needs (distributed|fsspec), which the extra `dask`"):
        Sandbox(runner="dask://127.0.0.1:9").start()


def test_a_sandbox_of_one_machine_does_not_load_the_cluster() -> None:
    code = "import sys; from proteiniq.sandbox import Sandbox\nwith Sandbox(): print('distributed' in sys.modules)"
    assert run_python(code) == "False"
