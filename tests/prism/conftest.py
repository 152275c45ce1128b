"""Prism (`@stoplight/prism-cli`), serving the contract on loopback. Without it these tests fail: run `nox -s prism`."""

from __future__ import annotations

import os
import queue
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from proteiniq.contract import path

CLI = "PROTEINIQ_PRISM"
"""The variable that names Prism's `dist/index.js`."""

START = 60.0
"""How long it may take to start, s."""


@contextmanager
def serving(document: str, *options: str) -> Iterator[str]:
    """The URL of a Prism that serves `document`. A request that breaks the contract gets a 422 with `--errors`."""
    program = os.environ.get(CLI)
    if not program:
        pytest.fail(f"{CLI} is not set: run these tests with `nox -s prism`", pytrace=False)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        "node",
        program,
        "mock",
        str(path(document)),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        *options,
    ]
    # A Node that came with pip is a Python program that starts the real one: both have to end.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    assert process.stdout is not None
    lines: queue.Queue[str] = queue.Queue()
    output = process.stdout
    reader = threading.Thread(target=_read, args=(output, lines), daemon=True)
    reader.start()
    try:
        told = ""
        while "is listening" not in told:
            line = lines.get(timeout=START)
            told += line
            if not line:
                pytest.fail(f"Prism ended: {told}", pytrace=False)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(10)
        reader.join(10)
        output.close()


def _read(output: Iterator[str], lines: queue.Queue[str]) -> None:
    for line in output:
        lines.put(line)
    lines.put("")


@pytest.fixture(scope="session")
def prism() -> Iterator[str]:
    """Serves the service's own document, with its examples, and refuses requests that break it."""
    with serving("upstream.json", "--errors") as url:
        yield url


@pytest.fixture(scope="session")
def inventive() -> Iterator[str]:
    """Serves the normalised document with random responses from the schemas."""
    with serving("openapi.json", "--dynamic", "--errors") as url:
        yield url
