"""Random schedules against a real sandbox: each intended job is there exactly once, and its result arrives.

The sandbox is a process that is stopped, started again, and killed; between it and the client requests and answers get
lost. Jobs may be queued, running or over when that happens.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import attrs
from hypothesis import Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from proteiniq import ProteinIQ
from proteiniq.errors import ProteinIQError

from .._sync.clients import reach
from .job_life import EXAMPLES
from .lossy_proxy import Fault, LossyProxy

ROOT = Path(__file__).parents[2]

LIMITS = {
    "--workers": "9",  # more than a schedule has jobs: none waits behind those that wait for the gate
    "--job-read-interval": "0.05",
    "--rate-limit": "100000",
    "--max-concurrent-jobs": "1000",
    "--daily-limit": "100000",
    "--credits": "1000000",
    "--tool": "tests.tools:Gate",
}

faults = st.lists(
    st.sampled_from(["close", "lose the request", "lose the answer", "cut the answer", "429", "503"]),
    max_size=9,
)


class Service:
    """A sandbox as a process of its own, always on the same port and folder."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._data = data
        self._process: subprocess.Popen[str] | None = None
        self.url = f"http://127.0.0.1:{self.port}"
        self.api_key = ""

    def start(self) -> None:
        options = [part for option in LIMITS.items() for part in option]
        command = [sys.executable, "-m", "proteiniq.sandbox", "--json", "--data", str(self._data)]
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port), *options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdout is not None
        self.api_key = json.loads(self._process.stdout.readline())["api_key"]

    def end(self, number: signal.Signals) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.send_signal(number)
        self._process.wait(30)
        self._process.stdout.close()
        self._process = None


@attrs.define
class Intent:
    """A job that somebody wants: what it is called, what is in it, and the key of its submission."""

    name: str
    text: str
    gated: bool
    key: str
    job_id: str = ""


class Schedules(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.gate = Path(self.folder.name) / "gate"
        self.service = Service(Path(self.folder.name) / "data")
        self.intents: list[Intent] = []
        self.kills = 0

    @initialize()
    def open(self) -> None:
        self.service.start()
        self.proxy = LossyProxy(self.service.url).__enter__()
        self.client = self._client(self.proxy.url)

    def _client(self, url: str) -> ProteinIQ:
        return reach(url, key=self.service.api_key, timeout=1000.0, max_retries=3)

    @rule(planned=faults, length=st.integers(1, 30), gated=st.booleans())
    def submit(self, planned: list[Fault], length: int, gated: bool) -> None:
        """Submit despite faults. If the client gives up, repeat with the key in its error."""
        number = len(self.intents)
        intent = Intent(f"job {number}", "M" * length, gated, f"schedule-{number}")
        self.intents.append(intent)
        self.proxy.plan(planned)
        while not intent.job_id:
            try:
                intent.job_id = self._submit(self.client, intent)
            except ProteinIQError as error:
                if not error.retryable:
                    raise
        self.proxy.plan([])

    @precondition(lambda self: self.intents)
    @rule(choice=st.integers(0, 1000))
    def submit_again(self, choice: int) -> None:
        """Somebody whose program crashed submits what is submitted already."""
        intent = self.intents[choice % len(self.intents)]
        assert self._submit(self.client, intent) == intent.job_id

    @rule()
    def restart(self) -> None:
        self.service.end(signal.SIGTERM)
        self.service.start()

    @precondition(lambda self: self.kills < 2)
    @rule()
    def kill(self) -> None:
        """Twice at most: under a job that it killed three times the sandbox gives up."""
        self.kills += 1
        self.service.end(signal.SIGKILL)
        self.service.start()

    @precondition(lambda self: any(not intent.gated for intent in self.intents))
    @rule(choice=st.integers(0, 1000), planned=faults)
    def fetch(self, choice: int, planned: list[Fault]) -> None:
        """Wait for a result through faults."""
        free = [intent for intent in self.intents if not intent.gated]
        self.proxy.plan(planned)
        self._arrives(self.client, free[choice % len(free)])
        self.proxy.plan([])

    @precondition(lambda self: self.intents)
    @rule(planned=faults)
    def look(self, planned: list[Fault]) -> None:
        """A wait that runs out, or not, changes nothing."""
        self.proxy.plan(planned)
        for intent in self.intents:
            for _ in self.client.jobs.events(intent.job_id, timeout=5):
                break
        self.proxy.plan([])

    def teardown(self) -> None:
        try:
            self.gate.touch()
            with self._client(self.service.url) as direct:
                there = Counter(str(job.name) for job in direct.jobs.list(limit=100))
                assert there == Counter(intent.name for intent in self.intents)
                ended = {
                    job.id: job.status
                    for job in direct.jobs.wait_all(intent.job_id for intent in self.intents)
                }
                assert ended == {intent.job_id: "COMPLETED" for intent in self.intents}
                for intent in self.intents:
                    self._arrives(direct, intent)
        finally:
            self.client.close()
            self.proxy.__exit__()
            self.service.end(signal.SIGTERM)
            self.folder.cleanup()

    def _submit(self, client: ProteinIQ, intent: Intent) -> str:
        settings_ = {"gate": str(self.gate)} if intent.gated else {}
        entry = {
            "id": "text-1",
            "slotId": "text",
            "kind": "text",
            "format": "txt",
            "content": intent.text,
            "source": {"type": "text"},
        }
        return client.jobs.submit("gate", [entry], settings_, name=intent.name, idempotency_key=intent.key).id

    def _arrives(self, client: ProteinIQ, intent: Intent) -> None:
        result = client.jobs.result(intent.job_id)
        assert result.data["length"] == len(intent.text)
        assert result.files["copy.txt"].read() == intent.text.encode()


Schedules.TestCase.settings = settings(
    max_examples=max(4, EXAMPLES // 25),
    stateful_step_count=8,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),  # making a failing schedule smaller takes minutes
    print_blob=True,
)
TestSchedules = Schedules.TestCase
