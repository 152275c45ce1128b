"""Large files: memory growth doesn't depend on their size."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from .support import KEY, documented

MIB = 1 << 20
MOST = 16
"""What memory may grow by, MiB."""

PROGRAM = """
import asyncio, sys
from proteiniq import AsyncProteinIQ, ProteinIQ

def memory(what):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) // 1024

def forget_peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return memory("VmRSS")

def sync(key, url, way, path):
    with ProteinIQ(key, url) as client:
        if way == "up":
            client.files.upload(b"first", filename="first.bin")
            before = forget_peak()
            client.files.upload(path)
        else:
            made = client.results.get("job_1")
            before = forget_peak()
            made.files[0].save(path)
    return memory("VmHWM") - before

async def awaited(key, url, way, path):
    async with AsyncProteinIQ(key, url) as client:
        if way == "up":
            await client.files.upload(b"first", filename="first.bin")
            before = forget_peak()
            await client.files.upload(path)
        else:
            made = await client.results.get("job_1")
            before = forget_peak()
            await made.files[0].save(path)
    return memory("VmHWM") - before

world, *rest = sys.argv[1:]
print(sync(*rest) if world == "sync" else asyncio.run(awaited(*rest)))
"""


class Service(BaseHTTPRequestHandler):
    """Takes every upload, and has a result with one large file."""

    protocol_version = "HTTP/1.1"
    mebibytes = 0

    def do_POST(self) -> None:
        left = int(self.headers["content-length"])
        while left:
            left -= len(self.rfile.read(min(left, MIB)))
        self._answer(documented("upload_file"))

    def do_GET(self) -> None:
        if self.path != "/big":
            address = f"http://{self.headers['host']}/big"
            file = {"name": "big.bin", "content_type": "application/octet-stream", "url": address}
            self._answer({**documented("get_result"), "files": [file]})
            return
        self.send_response(200)
        self.send_header("Content-Length", str(self.mebibytes * MIB))
        self.end_headers()
        for _ in range(self.mebibytes):
            self.wfile.write(bytes(MIB))

    def _answer(self, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *values: Any) -> None:
        pass


@pytest.fixture
def service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read as Linux tells it")
@pytest.mark.parametrize("mebibytes", [64, pytest.param(1024, marks=pytest.mark.slow)])
@pytest.mark.parametrize("world", ["sync", "async"])
@pytest.mark.parametrize("way", ["up", "down"])
def test_memory_grows_by_little(
    service: str, way: str, world: str, mebibytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "mebibytes", mebibytes)
    path = tmp_path / "big.bin"
    if way == "up":
        with path.open("wb") as file:
            file.truncate(mebibytes * MIB)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, world, KEY, service, way, str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert path.stat().st_size == mebibytes * MIB
    assert int(done.stdout) < MOST
    path.unlink()
