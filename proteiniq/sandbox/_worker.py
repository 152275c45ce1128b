"""The process of one job: reads `job.json`, runs the tool, and writes `results.json` and the files in `out/`.

Run as `python -m proteiniq.sandbox._worker FOLDER`. Standard output is the channel to the sandbox,
with one JSON object per line; whatever the tool prints goes to standard error. End of file on standard
input means that the sandbox is gone; a line there says until when the job may go on without another line
(`_lease.clock`). The tool itself has an empty standard input.
"""

from __future__ import annotations

import json
import math
import os
import re
import select
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

from . import _lease
from ._processes import kill_marked
from .tools import load
from .tools.base import Entry


class Channel:
    """The messages from the worker to the sandbox."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._percent = -1

    def send(self, message: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(message) + "\n")
        self._stream.flush()

    def progress(self, percent: float) -> None:
        """Send a percentage, in whole steps only, so that a tight loop does not flood the sandbox."""
        if not math.isfinite(percent):
            return
        whole = math.floor(min(max(percent, 0.0), 100.0))
        if whole != self._percent:
            self._percent = whole
            self.send({"progress": whole})


def main(folder: Path) -> None:
    # The tool must not write to the channel, and its children must not keep it open.
    channel = Channel(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    # A program that the tool starts would otherwise wait for input until the time limit.
    sandbox = os.dup(0)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.umask(0o077)
    with suppress(
        OSError
    ):  # Only Linux has it. Where memory runs out, the kernel ends a job rather than the sandbox.
        Path("/proc/self/oom_score_adj").write_text("500")
    threading.Thread(target=_end_with_sandbox, args=(sandbox, folder), daemon=True).start()
    try:
        run(folder, channel)
    except BaseException as error:
        with suppress(OSError):  # The log can't be written to a full disk.
            traceback.print_exc()
        channel.send({"failed": {"code": "tool_error", "message": describe(error)}})
    else:
        channel.send({"done": True})
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Whatever the tool left running, threads included, ends with the process group.
    os._exit(0)


def run(folder: Path, channel: Channel) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    inputs = {slot: [Entry(**e) for e in entries] for slot, entries in job["inputs"].items()}
    weights = job.get("weights")
    tool = load(job["tool"], None if weights is None else Path(weights))
    results = tool.run(inputs, job["settings"], folder / "out", channel.progress)
    # Half of a character, which no response can contain, fails here.
    text = json.dumps(results, allow_nan=False, ensure_ascii=False)
    (folder / "results.json").write_text(text, encoding="utf-8")


def describe(error: BaseException) -> str:
    """The error message for the user who submitted the job: short, and without paths of this machine."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return without_paths(text)[:2000].encode(errors="backslashreplace").decode()


def without_paths(text: str) -> str:
    """The text, with every absolute path reduced to its last part."""
    return re.sub(r"(?<![\w.:/])/(?:[^\s/'\":;,()]+/)+", "", text)


def _end_with_sandbox(sandbox: int, folder: Path) -> None:
    """End the job, with processes that have left its group, when the sandbox is gone or its last line has run out."""
    poller = select.poll()
    poller.register(sandbox, select.POLLIN)
    until, buffer = math.inf, b""
    while _lease.clock() < until:
        if poller.poll(None if until == math.inf else 500):
            if not (data := os.read(sandbox, 1 << 16)):
                break
            *lines, buffer = (buffer + data).split(b"\n")
            until = float(lines[-1]) if lines else until
    kill_marked(folder)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
