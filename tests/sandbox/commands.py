"""Sandboxes in processes of their own."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .clients import Api, gone
from .fake_tools import ALL

GENEROUS = ["--rate-limit=100000", "--job-read-interval=0", *(f"--tool={tool}" for tool in ALL)]


def command(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Run `python -m proteiniq.sandbox` with the import path of this process."""
    return subprocess.Popen(
        [sys.executable, "-m", "proteiniq.sandbox", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


@contextlib.contextmanager
def served(data: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Api]]:
    """A sandbox in its own process, and its API."""
    with command("--json", "--data", str(data), *GENEROUS, *arguments) as process:
        assert process.stdout is not None
        started = json.loads(process.stdout.readline())
        with Api(Address(started["url"], started["api_key"])) as api:  # type: ignore[arg-type]
            try:
                yield process, api
            finally:
                process.kill()


class Address:
    """The attributes of a sandbox that `Api` needs, for one that runs elsewhere."""

    def __init__(self, url: str, api_key: str) -> None:
        self.url = url
        self.api_key = api_key


def refusal(*arguments: str) -> tuple[int, str]:
    """Exit status and message of a failed start."""
    process = command(*arguments)
    out, message = process.communicate(timeout=30)
    assert out == ""
    return process.returncode, message


def wait_until_gone(pid: int) -> None:
    """Wait for the end of a process that is not a child of this one."""
    ended = threading.Event()
    while not gone(pid):
        ended.wait(0.005)


def run_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()
