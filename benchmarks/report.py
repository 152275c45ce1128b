"""Size of a report, and the time in which a browser opens large ones.

    python benchmarks/report.py
    python benchmarks/report.py --runs 9

Writes the report of one structure with 300 residues, with the file in it. Then opens three pages in a headless
Chromium: a report of a structure with 2,000 residues, one of a table with 10,000 rows, and that of a batch of 10,000
items. Each is opened in a fresh context, from the file, until its scripts have run and it is drawn. Targets: 0.8 MB,
and a median of 2 s. The exit code is 1 if one is missed.

Needs the dependency group `browser` and a `chromium` on the path.
"""

from __future__ import annotations

import argparse
import importlib
import math
import os
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

from _measure import Spread, say

from proteiniq._display import batch_report
from proteiniq._display.report import report
from proteiniq._display.report_page import Client
from proteiniq._display.report_record import Made
from proteiniq.models import JobState, JobStatus

CLIENT = Client(version="1", contract="c0ffee")
JOB = JobState(
    id="job_1",
    status=JobStatus.COMPLETED,
    tool="esmfold",
    name="A protein",
    progress=None,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    completed_at=datetime(2026, 1, 1, tzinfo=UTC),
    credits_used=50.0,
    error=None,
)
MOST_MB = 0.8
OPENED_WITHIN = 2.0

LEUCINE = (
    ("N", 1.6, -0.9), ("CA", 2.3, 0.0), ("C", 1.7, 0.7), ("O", 2.0, 1.8), ("CB", 3.3, -0.5), ("CG", 4.4, 0.1),
    ("CD1", 5.4, -0.9), ("CD2", 5.2, 1.1),
)  # fmt: skip
"""Atoms with their distances from the axis of a helix, and along it, in Å: about right, eight as proteins have."""

DRAWN = (
    """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""
)


def protein(residues: int) -> Made:
    """A PDB file of leucines, in helices of 25 beside each other."""
    lines: list[str] = []
    for number in range(residues):
        helix, step = divmod(number, 25)
        across, up = divmod(helix, 9)
        for place, (name, radius, rise) in enumerate(LEUCINE):
            turn = math.radians(100 * step) + place / 9
            x, y = 10 * across + radius * math.cos(turn), 10 * up + radius * math.sin(turn)
            lines.append(
                f"ATOM  {len(lines) + 1:5d}  {name:<3s} LEU A{number + 1:4d}    {x:8.3f}{y:8.3f}"
                f"{1.5 * step + rise:8.3f}  1.00{70 + 25 * math.sin(number / 20):6.2f}           {name[0]}"
            )
    return made("prediction.pdb", "chemical/x-pdb", "\n".join([*lines, "END", ""]).encode())


def made(name: str, content_type: str, content: bytes) -> Made:
    digest = sha256(content).hexdigest()
    return Made(name=name, content_type=content_type, size=len(content), sha256=digest, content=content)


def of_structure(residues: int) -> str:
    data = {"mean_plddt": 78.5, "plddt": [70 + 25 * math.sin(number / 20) for number in range(residues)]}
    return report(JOB, data, [protein(residues)], client=CLIENT)


def of_table(rows: int) -> str:
    data = {"rows": [values(number) for number in range(rows)]}
    return report(JOB, data, [], client=CLIENT)


def of_batch(count: int) -> str:
    batch = batch_report.Batch(
        id="batch_1",
        name=None,
        tool="protein-parameters",
        tool_version="1",
        contract="c0ffee",
        created=1795659364.25,
        finished=True,
        totals={"Items": str(count)},
        text="A batch.",
    )
    items = [
        batch_report.Item(
            id=f"protein {number}",
            status="done",
            job_id=f"job_{number:024x}",
            credits=1.0,
            attempts=1,
            message=None,
            link=f"results/protein%20{number}",
            same_as=None,
            sha256=f"{number:064x}",
            settings={"ph": 7.0},
        )
        for number in range(count)
    ]
    results = [{"item": each.id, **values(number)} for number, each in enumerate(items)]
    return batch_report.report(batch, items, results, client=CLIENT)


def values(number: int) -> dict[str, Any]:
    """A row such as that of protein-parameters."""
    return {
        "id": f"protein {number}",
        "length": 100 + number % 400,
        "mass": 11384.456789 + 110.5 * number,
        "pi": 4 + number % 700 / 100,
        "gravy": math.sin(number),
        "unstable": number % 3 == 0,
    }


def opening(path: Path, runs: int) -> list[float]:
    """Open a page several times, after once that doesn't count. Returns the seconds of each."""
    playwright: Any = importlib.import_module("playwright.sync_api")  # of a group that mypy runs without
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    found = []
    with playwright.sync_playwright() as drivers:
        browser = drivers.chromium.launch(executable_path=shutil.which("chromium"), args=root)
        for _ in range(runs + 1):
            context = browser.new_context(offline=True)
            page = context.new_page()
            began = perf_counter()
            page.goto(path.as_uri(), wait_until="load")
            page.evaluate(DRAWN)
            found.append(perf_counter() - began)
            context.close()
        browser.close()
    return found[1:]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    size = len(of_structure(300).encode()) / 1e6
    say(f"report of 300 residues: {size:.3f} MB (target {MOST_MB:g})")
    missed = size > MOST_MB
    pages = {
        "2,000 residues": of_structure(2_000),
        "a table of 10,000 rows": of_table(10_000),
        "a batch of 10,000 items": of_batch(10_000),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "report.html")
        for what, html in pages.items():
            path.write_text(html, encoding="utf-8")
            seconds = opening(path, runs)
            spread = Spread.of(seconds)
            say(
                f"opening {what} ({path.stat().st_size / 1e6:.1f} MB): {spread} s, at best {min(seconds):.3f} "
                f"(target {OPENED_WITHIN:g})"
            )
            missed = missed or spread.median > OPENED_WITHIN
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
