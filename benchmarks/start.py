"""Cost of starting: the import, the first client and response, and the distributions that the core installs.

It is measured in a fresh environment that contains only the built wheel.

python benchmarks/start.py
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from _measure import Pairs, Spread, paired, say
from _servers import sandbox

ROOT = Path(__file__).resolve().parent.parent

BARE = "pass"
IMPORT = "import proteiniq"
CLIENT = "import proteiniq; proteiniq.ProteinIQ('pq_live_a_b', 'http://127.0.0.1:9')"
ASYNC_CLIENT = "import proteiniq; proteiniq.AsyncProteinIQ('pq_live_a_b', 'http://127.0.0.1:9')"
RESPONSE = "import proteiniq; proteiniq.ProteinIQ('{key}', '{url}').account.get()"
HTTPX = "import httpx; httpx.Client()"
ASYNC_HTTPX = "import httpx; httpx.AsyncClient()"

HTTPX_RESPONSE = (
    "import httpx; httpx.Client(headers={{'Authorization': 'Bearer {key}'}})"
    ".get('{url}/api/v1/account').json()"
)


def run(python: str, code: str) -> None:
    subprocess.run([python, "-c", code], check=True)


@contextmanager
def installed() -> Iterator[str]:
    """The interpreter of a fresh environment with only the built wheel and its dependencies.

    Other distributions would count: httpx loads rich and trio if they are installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        build = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            folder,
            str(ROOT),
        ]
        subprocess.run(build, check=True)
        venv.create(home / "venv", with_pip=True)
        python = str(home / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python")
        wheel = next(home.glob("*.whl"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
        yield python


def distributions(python: str) -> list[str]:
    """The installed distributions except pip."""
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], check=True, capture_output=True, text=True
    )
    return sorted({each["name"] for each in json.loads(listed.stdout)} - {"pip", "setuptools"})


def report(python: str, pairs: int) -> None:
    def processes(ours: str, theirs: str) -> Pairs:
        return paired(lambda: run(python, ours), lambda: run(python, theirs), pairs=pairs)

    say(f"whole processes, alternately: median (quartiles) of {pairs} pairs")
    found = processes(IMPORT, BARE)
    more = Spread.of([1000 * (ours - bare) for ours, bare in zip(found.ours, found.theirs, strict=True)])
    say(f"  import proteiniq, beyond the bare interpreter, in ms    {more}")
    say(f"  first client, relative to import httpx and Client()     {processes(CLIENT, HTTPX).ratio}")
    say(
        f"  the same, async                                         {processes(ASYNC_CLIENT, ASYNC_HTTPX).ratio}"
    )
    with sandbox() as server:
        ours, theirs = (code.format(url=server.url, key=server.key) for code in (RESPONSE, HTTPX_RESPONSE))
        say(f"  first response, relative to httpx                       {processes(ours, theirs).ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=40)
    pairs = parser.parse_args().pairs
    with installed() as python:
        names = distributions(python)
        say(f"distributions that the core installs: {len(names)} ({', '.join(names)})")
        report(python, pairs)


if __name__ == "__main__":
    main()
