"""Several processes with one key and one pace file: the part of the allowed rate that they reach, and refusals.

The sandbox counts as the service does, in a shortened window. The rate is the time in which a client that knows all
could be done (a window's worth at once, and again after each window) over the time it took. With --check the exit code
is 1 when a request is lost, more than 1 % are refused, or less than 92 % of the allowed rate is reached.

python benchmarks/pacing.py
python benchmarks/pacing.py --processes 4 --requests 1000 --limit 120 --window 4 --check
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from _measure import say

from proteiniq import ProteinIQ, RateLimited, TransportError
from proteiniq.hooks import AttemptDetails
from proteiniq.sandbox import Sandbox


def ask(url: str, key: str, requests: int, pace: dict[str, Any], start: Any, out: Any) -> None:
    """One process: read the account as often as asked, and tell how many answers came and how many were refused."""
    refused = 0

    def count(details: AttemptDetails) -> None:
        nonlocal refused
        refused += details.status == 429

    answered = 0
    with ProteinIQ(key, url, hooks=[count], **pace) as client:
        # What a request needs is loaded now, from a port where nobody listens: it has nothing to do with the pace.
        with suppress(TransportError), ProteinIQ(key, "http://127.0.0.1:9", max_retries=0) as nowhere:
            nowhere.account.get()
        start.wait()
        for _ in range(requests):
            with suppress(RateLimited):
                client.account.get()
                answered += 1
    out.put((answered, refused))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--requests", type=int, default=1000, help="of all processes together")
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--window", type=float, default=4.0, help="s")
    parser.add_argument(
        "--alone", action="store_true", help="without a pace file: each process counts for itself"
    )
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    pace: dict[str, Any] = {"rate_limit": arguments.limit, "rate_window": arguments.window}
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(rate_limit=arguments.limit, rate_window=arguments.window) as sandbox,
    ):
        if not arguments.alone:
            pace["pace_file"] = Path(folder) / "pace"
        start, out = context.Barrier(arguments.processes + 1), context.Queue()
        each = arguments.requests // arguments.processes
        shared = (sandbox.url, sandbox.api_key, each, pace, start, out)
        processes = [context.Process(target=ask, args=shared) for _ in range(arguments.processes)]
        for process in processes:
            process.start()
        start.wait()
        began = time.monotonic()
        told = [out.get() for _ in processes]
        took = time.monotonic() - began
        for process in processes:
            process.join()
    wanted = each * arguments.processes
    answered, refused = (sum(numbers) for numbers in zip(*told, strict=True))
    quickest = (wanted - 1) // arguments.limit * arguments.window
    rate = quickest / took
    say(f"answered  {answered} of {wanted}")
    say(f"refused   {refused} ({refused / wanted:.2%})")
    say(f"rate      {rate:.1%} of the allowed one")
    good = answered == wanted and refused <= wanted / 100 and rate >= 0.92
    return 0 if good or not arguments.check else 1


if __name__ == "__main__":
    sys.exit(main())
