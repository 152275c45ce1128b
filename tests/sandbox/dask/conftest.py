from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox import Sandbox

from ..clients import Api, generous
from ..fake_tools import ALL, MESSY
from .cluster import Cluster

collect_ignore_glob = [] if importlib.util.find_spec("distributed") else ["test_*.py"]

LEASE = 3.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:  # The hook gets the items of all folders.
            item.add_marker(pytest.mark.dask)


@pytest.fixture(scope="session", autouse=True)
def a_silent_worker_is_soon_noticed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("proteiniq.sandbox._dask.link.CALL_S", 3.0)
        yield


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler for all tests, and two workers with one thread each."""
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        for _ in range(2):
            made.start_worker()
        yield made
    finally:
        made.stop()


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers, of the test alone."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def on_cluster(cluster: Cluster) -> Iterator[Sandbox]:
    options: dict[str, Any] = {"lease": 10.0, "tools": (*ALL, *MESSY)}
    with generous(
        runner=cluster.url, max_output_bytes=8_000_000, max_memory_bytes=300 << 20, **options
    ) as sandbox:
        yield sandbox


@pytest.fixture
def api(on_cluster: Sandbox, workspace: str) -> Iterator[Api]:
    with Api(on_cluster, on_cluster.create_key(workspace=workspace)) as client:
        yield client


@pytest.fixture
def serve(fragile: Cluster) -> Iterator[Callable[..., Api]]:
    """Starts a sandbox on the cluster of the test alone."""
    begun: list[Api] = []

    def start(data: Path | None = None, **options: Any) -> Api:
        given: dict[str, Any] = {"lease": LEASE, "tools": (*ALL, *MESSY), **options}
        begun.append(Api(generous(data, runner=fragile.url, **given).start()))
        return begun[-1]

    yield start
    for api in begun:
        api.close()
        api.sandbox.stop()
