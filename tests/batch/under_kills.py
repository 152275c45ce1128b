"""Batches of real computations while their process and the service are killed: `nox -s batch`."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from proteiniq import ProteinIQ
from proteiniq.batch import Batch

from .child import AGAIN
from .digests import credits, peptides, records

ROOT = Path(__file__).parents[2]
CREDITS = 100_000
STEPS = (b"submit", b"submitted", b"ended", b"saved")
PATIENCE = 240.0
"""How long a step may take on a slow machine, in seconds."""


class Service:
    """A sandbox in a process of its own, which keeps its port and its data."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._data = data
        self.process: subprocess.Popen[str] | None = None
        self.start()

    def start(self) -> None:
        options = {
            "data": self._data,
            "port": self._port,
            "credits": CREDITS,
            "rate-limit": 100_000,
            "daily-limit": 1_000_000,
            "max-concurrent-jobs": 20,
            "job-read-interval": 0.05,
            "heartbeat": 0.5,
        }
        given = [f"--{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "proteiniq.sandbox", "--json", *given],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.url, self.key = said["url"], said["api_key"]

    def send(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def end(self, number: int = signal.SIGKILL) -> None:
        assert self.process is not None
        self.send(number)
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Run:
    """A batch whose process is started, ended and started again."""

    def __init__(self, service: Service, tmp: Path, count: int, **options: Any) -> None:
        self._service = service
        self.folder = tmp / "batch"
        self.count = count
        self._asked = tmp / "asked"
        self._said = tmp / "said"
        self._options = options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        options = {
            "url": self._service.url,
            "key": self._service.key,
            "folder": str(self.folder),
            "count": self.count,
            "asked": str(self._asked),
            **self._options,
        }
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.batch.child", json.dumps(options)], stderr=said, cwd=ROOT
            )
        return self.process

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def journal(self) -> bytes:
        path = self.folder / "journal.jsonl"
        return path.read_bytes() if path.exists() else b""

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.splitlines()]

    def progress(self) -> int:
        """How many steps of items the journal has."""
        journal = self.journal
        return sum(journal.count(b'"event":"%s"' % name) for name in STEPS)

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition; a process that ends although it may go on at once is started again."""
        ends = time.monotonic() + PATIENCE
        while not condition():
            assert self.process is not None
            ended = self.process.poll()
            assert ended in (None, AGAIN), (ended, self.said)
            if ended == AGAIN:
                self.start()
            assert time.monotonic() < ends, self.said
            time.sleep(0.005)

    def at(self, steps: int) -> None:
        """Wait until the journal has so many steps."""
        self.until(lambda: self.progress() >= steps)

    def end(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def finish(self) -> None:
        """Wait for the end of the batch."""
        self.until(lambda: self.process is not None and self.process.poll() == 0)

    def check(self, *, jumps: bool = False) -> None:
        """Each item has its result, once, and each was paid for once."""
        status = Batch.open(self.folder).report()
        assert (status.done, status.finished) == (self.count, True), str(status)
        assert status.credits_used == credits(self.count)
        events = self.events
        saved = {event["item"]: event for event in events if event["event"] == "saved"}
        for place, item in enumerate(Batch.open(self.folder).items()):
            assert item.folder is not None
            made = self.folder / item.folder
            rows = json.loads((made / "result.json").read_bytes())["results"]["rows"]
            assert [row["sequence"] for row in rows] == peptides(records(place)), item.id
            (file,) = saved[place]["files"]
            assert sha256((made / file["path"]).read_bytes()).hexdigest() == file["sha256"]
        self._check_service({event["job"] for event in events if event["event"] == "ended"})
        self._check_requests({event["item"]: event["at"] + 86_400 * jumps for event in saved.values()})

    def _check_service(self, jobs: set[str]) -> None:
        with ProteinIQ(self._service.key, self._service.url, rate_limit=100_000) as client:
            assert {job.id for job in client.jobs.list()} == jobs
            assert len(jobs) == self.count
            left = client.account.get().workspace.credits
        assert left is not None
        assert left.available == CREDITS - credits(self.count)

    def _check_requests(self, saved: dict[int, float]) -> None:
        """No result that was there is requested again."""
        items = {event["job"]: event["item"] for event in self.events if "job" in event}
        asked = Counter[str]()
        for line in self._asked.read_text().splitlines():
            at, operation, job = json.loads(line)
            if operation == "get_result":
                asked[job] += 1
                assert at <= saved[items[job]], (job, at)
        assert asked


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(tmp_path / "service")
    yield running
    running.end()


@pytest.fixture
def begin(service: Service, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts a batch, whose process ends with the test."""
    begun: list[Run] = []

    def start(count: int, folder: Path = tmp_path, **options: Any) -> Run:
        run = Run(service, folder, count, **options)
        begun.append(run)
        run.start()
        return run

    yield start
    for run in begun:
        if run.process is not None and run.process.poll() is None:
            run.end()


def test_300_items_survive_40_kills_of_the_process_and_10_of_the_service(
    service: Service, begin: Callable[..., Run]
) -> None:
    seed = int(os.environ.get("BATCH_SEED", random.SystemRandom().randrange(10**6)))
    chosen = random.Random(seed)
    print(f"BATCH_SEED={seed}")  # noqa: T201 - shown if the test fails
    moments = sorted(chosen.sample(range(1, 1150), 50))
    of_service = set(chosen.sample(moments, 10))
    run = begin(300)
    for moment in moments:
        run.at(moment)
        time.sleep(chosen.uniform(0.0, 0.05))  # in the middle of a step
        if moment in of_service:
            service.end()
            service.start()
        else:
            run.end()
            run.start()
    run.finish()
    run.check()


@pytest.mark.parametrize("world", ["sync", "async"])
def test_ctrl_c_writes_what_is_on_its_way(service: Service, begin: Callable[..., Run], world: str) -> None:
    run = begin(12, world=world)
    run.at(9)
    service.send(signal.SIGSTOP)
    interrupt(run)
    service.send(signal.SIGCONT)
    assert run.process is not None
    assert run.process.wait(PATIENCE) != 0
    assert "KeyboardInterrupt" in run.said
    assert "the same call goes on with it" in run.said
    assert Batch.open(run.folder).status().paused is None
    assert not unanswered(run)
    run.start()
    run.finish()
    run.check()


@pytest.mark.parametrize("world", ["sync", "async"])
def test_a_second_ctrl_c_ends_at_once_and_is_safe(
    service: Service, begin: Callable[..., Run], world: str
) -> None:
    run = begin(12, world=world)
    run.at(9)
    service.send(signal.SIGSTOP)
    interrupt(run)
    began = time.monotonic()
    assert run.end(signal.SIGINT) != 0
    assert time.monotonic() - began < 15
    service.send(signal.SIGCONT)
    run.start()
    run.finish()
    run.check()


def interrupt(run: Run) -> None:
    """Press Ctrl-C, and wait until the process has noticed."""
    assert run.process is not None
    run.process.send_signal(signal.SIGINT)
    run.until(lambda: "stops when the requests on their way have ended" in run.said)


def unanswered(run: Run) -> set[int]:
    """The items whose submits have no response in the journal."""
    found: set[int] = set()
    for event in run.events:
        if event["event"] == "submit":
            found.add(event["item"])
        else:
            found.discard(event.get("item", -1))
    return found


def test_a_second_process_is_refused_and_sigterm_is_safe(begin: Callable[..., Run]) -> None:
    run = begin(12)
    run.at(5)
    first = run.process
    assert first is not None
    first.send_signal(signal.SIGSTOP)  # so that it doesn't end before the second
    assert run.start().wait(PATIENCE) == 1
    assert f"in use by process {first.pid} on" in run.said
    run.process = first
    first.send_signal(signal.SIGTERM)
    assert run.end(signal.SIGCONT) == -signal.SIGTERM
    run.start()
    run.finish()
    run.check()


def test_the_service_may_be_away(service: Service, begin: Callable[..., Run]) -> None:
    run = begin(60)
    run.at(9)
    service.end(signal.SIGTERM)
    run.until(lambda: "tries again" in run.said)
    service.start()
    run.finish()
    run.check()


def test_the_wall_clock_may_jump_a_day_forward_and_back(begin: Callable[..., Run]) -> None:
    run = begin(12, jumps=True)
    run.finish()
    times = [event["at"] for event in run.events]
    assert max(times) - min(times) > 86_000
    run.check(jumps=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB."""
    path = tmp_path / "disk"
    path.mkdir()
    root = [] if os.getuid() == 0 else ["sudo", "-n"]
    if shutil.which("mount") is None or (root and shutil.which("sudo") is None):
        pytest.skip("needs mount")
    options = f"size=2m,uid={os.getuid()},mode=700"
    made = subprocess.run([*root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], check=False)
    if made.returncode:
        pytest.skip("needs to be allowed to mount a file system")
    yield path
    subprocess.run([*root, "umount", str(path)], check=True)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_full_disk_stops_the_batch_until_there_is_room(small_disk: Path, begin: Callable[..., Run]) -> None:
    run = begin(12, small_disk)
    run.at(9)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space left"):
        fill(filler)
    assert run.process is not None
    assert run.process.wait(PATIENCE) == 1
    assert "No space left on device" in run.said
    assert "start the same batch again" in run.said or "start the batch again" in run.said
    filler.unlink()
    run.start()
    run.finish()
    run.check()
