"""The process of one job: reads `job.json`, runs the tool, and writes `results.json` and the files in `out/`.

Run as `python -m proteiniq.sandbox._worker FOLDER`. Standard output is the channel to the sandbox,
a JSON object on each line; whatever the tool prints goes to standard error. The end of standard
input means that the sandbox is gone.
"""

from __future__ import annotations

import json
import math
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from .tools import load
from .tools.base import Entry


class Channel:
    """What the worker tells the sandbox."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._percent = -1

    def tell(self, message: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(message) + "\n")
        self._stream.flush()

    def progress(self, percent: float) -> None:
        """Tell a percentage, whole steps only, so that a tight loop does not flood the sandbox."""
        if not math.isfinite(percent):
            return
        whole = math.floor(min(max(percent, 0.0), 100.0))
        if whole != self._percent:
            self._percent = whole
            self.tell({"progress": whole})


def main(folder: Path) -> None:
    # The tool must not write to the channel, nor must what it starts keep it open.
    channel = Channel(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)
    threading.Thread(target=_end_with_sandbox, daemon=True).start()
    try:
        run(folder, channel)
    except BaseException as error:
        traceback.print_exc()
        channel.tell({"failed": {"code": "tool_error", "message": describe(error)}})
    else:
        channel.tell({"done": True})
    sys.stdout.flush()
    sys.stderr.flush()
    # What the tool left running, threads included, ends with the process group.
    os._exit(0)


def run(folder: Path, channel: Channel) -> None:
    job = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    inputs = {slot: [Entry(**e) for e in entries] for slot, entries in job["inputs"].items()}
    tool = load(job["tool"])
    results = tool.run(inputs, job["settings"], folder / "out", channel.progress)
    text = json.dumps(results, allow_nan=False)
    (folder / "results.json").write_text(text, encoding="utf-8")


def describe(error: BaseException) -> str:
    """What went wrong, for who submitted the job: no paths of this machine, and not too long."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return without_paths(text)[:2000]


def without_paths(text: str) -> str:
    """The text with only the last part of every absolute path."""
    return re.sub(r"(?<![\w.:/])/(?:[^\s/'\":;,()]+/)+", "", text)


def _end_with_sandbox() -> None:
    while os.read(0, 1 << 10):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
