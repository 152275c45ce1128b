"""What it costs to start: the import, the first client, and the distributions that the core installs.

python benchmarks/start.py
python benchmarks/start.py --no-install    without building a wheel and installing it
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from _measure import Pairs, Spread, paired, say

ROOT = Path(__file__).resolve().parent.parent

BARE = "pass"
IMPORT = "import proteiniq"
CLIENT = "import proteiniq; proteiniq.ProteinIQ('pq_live_a_b', 'http://127.0.0.1:9')"
ASYNC_CLIENT = "import proteiniq; proteiniq.AsyncProteinIQ('pq_live_a_b', 'http://127.0.0.1:9')"
HTTPX = "import httpx; httpx.Client()"
ASYNC_HTTPX = "import httpx; httpx.AsyncClient()"


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True)


def processes(ours: str, theirs: str, pairs: int) -> Pairs:
    return paired(lambda: run(ours), lambda: run(theirs), pairs=pairs)


def distributions() -> list[str]:
    """What is there in a fresh environment after installing the wheel, besides pip."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT)]
        subprocess.run(build, check=True)
        venv.create(home / "venv", with_pip=True)
        python = str(home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python")
        wheel = next(home.glob("*.whl"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
        told = subprocess.run(
            [python, "-m", "pip", "list", "--format", "json"], check=True, capture_output=True, text=True
        )
    names = {each["name"] for each in json.loads(told.stdout)}
    return sorted(names - {"pip", "setuptools"})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=40)
    parser.add_argument("--no-install", action="store_true")
    arguments = parser.parse_args()
    say(f"whole processes, in turns; median (quartiles) of {arguments.pairs} pairs")
    found = processes(IMPORT, BARE, arguments.pairs)
    more = Spread.of([1000 * (ours - bare) for ours, bare in zip(found.ours, found.theirs, strict=True)])
    say(f"  import proteiniq, over the bare interpreter, ms    {more}")
    found = processes(CLIENT, HTTPX, arguments.pairs)
    say(f"  first client, over import httpx and Client()       {found.ratio}")
    found = processes(ASYNC_CLIENT, ASYNC_HTTPX, arguments.pairs)
    say(f"  the same, async                                    {found.ratio}")
    if not arguments.no_install:
        names = distributions()
        say(f"  distributions that the core installs: {len(names)} ({', '.join(names)})")


if __name__ == "__main__":
    main()
