"""Starts that fail say why, and end."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator

import pytest
from distributed import Client

from proteiniq.sandbox import SandboxError

from ..clients import generous
from ..commands import command
from .cluster import PATIENCE, Cluster


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture(autouse=True)
def a_start_is_soon_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proteiniq.sandbox._dask.cluster.CONNECT_S", 1.0)


def test_a_scheduler_that_is_not_there_is_named() -> None:
    with pytest.raises(SandboxError, match=r"cannot connect to the Dask scheduler tcp://127\.0\.0\.1:9: "):
        generous(runner="dask://127.0.0.1:9").start()


def test_what_takes_a_connection_and_says_nothing_is_not_awaited(silent: socket.socket) -> None:
    with pytest.raises(SandboxError, match="no Dask scheduler answered within 1 s"):
        generous(runner=f"dask://127.0.0.1:{silent.getsockname()[1]}").start()


def test_the_address_of_a_worker_is_refused(cluster: Cluster) -> None:
    with Client(cluster.url.replace("dask://", "tcp://")) as client:
        client.wait_for_workers(1, PATIENCE)
        address = next(iter(client.scheduler_info()["workers"]))
    with pytest.raises(SandboxError, match="a Dask worker answered"):
        generous(runner=address).start()


def test_tls_without_certificates_is_refused() -> None:
    with pytest.raises(
        SandboxError, match=r"Certificates are set in Dask's configuration, distributed\.comm\.tls"
    ):
        generous(runner="tls://127.0.0.1:9").start()


def test_a_storage_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(SandboxError, match="cannot use the storage /proc/nowhere"):
        generous(runner="dask://127.0.0.1:9", storage="/proc/nowhere").start()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_start(silent: socket.socket, number: int) -> None:
    with command("--runner", f"dask://127.0.0.1:{silent.getsockname()[1]}") as process:
        connection, _ = silent.accept()
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        connection.close()
    assert (process.returncode, out) == (2, "")
    assert err == "error: interrupted before the sandbox served anything\n"
