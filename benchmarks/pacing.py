"""Several processes with one key and one pace file: the share of the allowed rate that they use, and refusals.

The sandbox limits requests like the service, but in a shorter window. The rate is the shortest possible time (a full
window at once, and again after each window) divided by the time taken. With --check, the exit code is 1 if a request is
lost, more than 1 % are refused, or less than 92 % of the allowed rate is used.

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


def read_account(url: str, key: str, requests: int, pace: dict[str, Any], start: Any, out: Any) -> None:
    """One process: read the account `requests` times, and put the numbers of responses and refusals into `out`."""
    refused = 0

    def count(details: AttemptDetails) -> None:
        nonlocal refused
        refused += details.status == 429

    received = 0
    with ProteinIQ(key, url, hooks=[count], **pace) as client:
        # Load everything that a request needs before the start, with a request to a closed port.
        with suppress(TransportError), ProteinIQ(key, "http://127.0.0.1:9", max_retries=0) as nowhere:
            nowhere.account.get()
        start.wait()
        for _ in range(requests):
            with suppress(RateLimited):
                client.account.get()
                received += 1
    out.put((received, refused))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--requests", type=int, default=1000, help="total of all processes")
    parser.add_argument("--limit", type=int, default=120)
    parser.add_argument("--window", type=float, default=4.0, help="in seconds")
    parser.add_argument(
        "--alone", action="store_true", help="without a pace file: each process counts its own requests"
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
        processes = [context.Process(target=read_account, args=shared) for _ in range(arguments.processes)]
        for process in processes:
            process.start()
        start.wait()
        began = time.monotonic()
        counts = [out.get() for _ in processes]
        took = time.monotonic() - began
        for process in processes:
            process.join()
    wanted = each * arguments.processes
    received, refused = (sum(numbers) for numbers in zip(*counts, strict=True))
    shortest = (wanted - 1) // arguments.limit * arguments.window
    rate = shortest / took
    say(f"received  {received} of {wanted}")
    say(f"refused   {refused} ({refused / wanted:.2%})")
    say(f"rate      {rate:.1%} of the allowed rate")
    good = received == wanted and refused <= wanted / 100 and rate >= 0.92
    return 0 if good or not arguments.check else 1


if __name__ == "__main__":
    sys.exit(main())
