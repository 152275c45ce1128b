"""Time to open the folder of a batch, and memory for its items.

    python benchmarks/batch_folder.py
    python benchmarks/batch_folder.py --items 100000 --pairs 5

Opens a folder with 60,000 events (15,000 items that are done), in pairs with reading the same files as JSON, which is
the least that opening can take. Then plans 10,000 and 1,000,000 items, and goes on with them as a run does before its
first request, each in a process of its own whose peak of resident memory is read. Targets: 0.5 s, and 20 MiB between
the two. The exit code is 1 if one is missed.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from _measure import Spread, paired, say

from proteiniq.batch._events import Ended, Saved, SavedFile, Submit, Submitted, encode
from proteiniq.batch._folder import BatchFolder, Header
from proteiniq.batch._plan import PlannedInput
from proteiniq.batch._prices import price_class
from proteiniq.batch._status import status_of
from proteiniq.batch._summary import summaries

HEADER = Header(tool="esmfold", tool_version="1", contract="c0ffee", created=0.0)
DONE = 15_000
FEW = 10_000
OPENED_WITHIN = 0.5
MOST_MIB = 20.0


def items(count: int) -> Iterator[PlannedInput]:
    for number in range(count):
        entry = {"id": "protein-1", "slotId": "protein", "content": f">{number}\nMKTAYIAKQR\n"}
        yield PlannedInput(f"seq{number}", [entry], {"recycles": 3})


def finished(path: Path) -> None:
    """Make a batch whose items are all done."""
    with BatchFolder.start(path, HEADER, now=0.0) as folder:
        folder.extend(items(DONE))
    with (path / "journal.jsonl").open("wb") as journal:
        for place in range(DONE):
            job = f"job_{place:024x}"
            file = SavedFile("prediction.pdb", "files/prediction.pdb", 104_233, f"{place:064x}")
            for event in (
                Submit(place, 0, 2.0),
                Submitted(place, 0, job, 150.0, "QUEUED"),
                Ended(place, 0, job, "COMPLETED", 2.0),
                Saved(place, (file,), True),
            ):
                journal.write(encode(1795659364.25, event))


def parsed(path: Path) -> None:
    for name in ("plan.jsonl", "journal.jsonl"):
        with (path / name).open("rb") as lines:
            deque(map(json.loads, lines), maxlen=0)


def go_on(path: Path, count: int) -> None:
    """What a run does before its first request: open, compare the items, tell those that ended, and class the rest."""
    with BatchFolder.start(path, HEADER, now=0.0) as folder:
        folder.extend(items(count))
        status_of(folder)
        deque(summaries(folder), maxlen=0)
        deque(map(price_class, folder.plan.items()), maxlen=0)


def peak_mib() -> float:
    """The most resident memory of this process so far."""
    status = Path("/proc/self/status")
    if status.exists():  # what `getrusage` says includes the process that started this one
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # in bytes on macOS


def measured(path: Path, count: int) -> tuple[float, float]:
    """Go on with so many items in a process of its own. Returns seconds and MiB."""
    command = [sys.executable, __file__, "--items", str(count), "--in", str(path)]
    seconds, mib = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(mib)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder is not None:
        began = perf_counter()
        go_on(arguments.folder, arguments.items)
        say(f"{perf_counter() - began} {peak_mib()}")
        return 0
    with tempfile.TemporaryDirectory() as made:
        path = Path(made)
        finished(path / "done")
        pairs = paired(
            lambda: BatchFolder.read(path / "done").close(),
            lambda: parsed(path / "done"),
            pairs=arguments.pairs,
        )
        opened = Spread.of(pairs.ours)
        say(
            f"opening {4 * DONE:,} events: {opened} s, at best {min(pairs.ours):.3f} (target {OPENED_WITHIN}); "
            f"{pairs.ratio} of parsing them"
        )
        grew = 0.0
        for what in ("planning", "going on with"):
            peaks = []
            for count in (FEW, arguments.items):
                seconds, mib = measured(path / str(count), count)
                peaks.append(mib)
                say(f"{what} {count:,} items: {mib:.1f} MiB at most, {seconds:.1f} s")
            grew = max(grew, peaks[1] - peaks[0])
        say(f"difference: at most {grew:.1f} MiB (target {MOST_MIB:g})")
    return 1 if opened.median > OPENED_WITHIN or grew > MOST_MIB else 0


if __name__ == "__main__":
    sys.exit(main())
