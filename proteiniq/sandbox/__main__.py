"""`python -m proteiniq.sandbox`: serve until interrupted.

The exit status is 0 after SIGINT, SIGTERM or SIGHUP, and 2 if the sandbox cannot start.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m proteiniq.sandbox",
        description="Serve ProteinIQ's HTTP contract on this machine, with real computations.",
    )
    add = parser.add_argument
    add("--data", metavar="DIR", help="folder for all data (default: a temporary one)")
    add("--host", default="127.0.0.1", help="address to serve on (%(default)s)")
    add(
        "--allow-remote",
        action="store_true",
        help="allow a host that other machines reach: whoever has a key can run the tools",
    )
    add("--certificate", metavar="FILE", help="certificate in PEM: serve https:// instead of http://")
    add("--private-key", metavar="FILE", help="its key in PEM, unless it is in the same file")
    add("--port", type=int, default=0, help="port; 0 picks a free one (%(default)s)")
    add("--workers", type=int, default=2, help="number of jobs that run here at the same time (%(default)s)")
    add(
        "--runner",
        metavar="URL",
        help="run jobs on a Dask cluster, dask://HOST:PORT of its scheduler, or tls://HOST:PORT "
        "(default: on this machine)",
    )
    add(
        "--storage",
        metavar="URL",
        help="shared folder or URL of fsspec through which files come from a cluster's workers "
        "(default: through the connection)",
    )
    add(
        "--lease",
        type=float,
        default=30.0,
        help="how long a job on a cluster goes on without hearing from here, in seconds (%(default)s)",
    )
    add("--credits", type=int, default=10_000, help="credits of a new workspace (%(default)s)")
    add("--rate-limit", type=int, default=120, help="requests per window and key (%(default)s)")
    add("--rate-window", type=float, default=60.0, help="length of the window, in seconds (%(default)s)")
    add(
        "--job-read-interval",
        type=float,
        default=5.0,
        help="minimum time between reads of one job, in seconds (%(default)s)",
    )
    add(
        "--url-lifetime", type=float, default=900.0, help="lifetime of a signed URL, in seconds (%(default)s)"
    )
    add(
        "--max-concurrent-jobs",
        type=int,
        help="active jobs per workspace (3; twice the size of a cluster, if that is more)",
    )
    add("--daily-limit", type=int, default=100, help="jobs per workspace and UTC day (%(default)s)")
    add(
        "--heartbeat",
        type=float,
        default=15.0,
        help="interval of comments in a silent event stream, in seconds (%(default)s)",
    )
    add(
        "--max-output-bytes",
        type=int,
        default=1 << 30,
        help="the most that a job may write, with its log (%(default)s)",
    )
    add(
        "--max-memory-bytes",
        type=int,
        help="the most memory that a job may use, with everything that it starts (default: no limit)",
    )
    add(
        "--max-tries",
        type=int,
        default=3,
        help="how often a job is started when the sandbox or its worker dies meanwhile (%(default)s)",
    )
    add(
        "--tool",
        dest="tools",
        action="append",
        metavar="MODULE:CLASS",
        help="serve only this tool; repeatable",
    )
    add(
        "--esmfold",
        metavar="DIR",
        default=os.environ.get("PROTEINIQ_ESMFOLD") or None,
        help="folder with the weights of ESMFold, which is then served too (default: PROTEINIQ_ESMFOLD)",
    )
    add("--recordings", metavar="DIR", help="folder of recorded jobs to serve")
    add("--recorded-seconds", type=float, default=0.0, help="how long each of them takes (%(default)s)")
    add("--json", action="store_true", help="print one line of JSON instead of export lines")
    add("--verbose", action="store_true", help="log to standard error")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    options = vars(parser().parse_args(arguments))
    as_json, verbose = options.pop("json"), options.pop("verbose")
    if options["tools"] is None:
        del options["tools"]
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        from . import Sandbox, SandboxError
    except ImportError as error:
        return _refuse(error)
    serving, interrupted = threading.Event(), threading.Event()

    def interrupt(*_: object) -> None:
        interrupted.set()
        if not serving.is_set():  # A start may wait for a cluster.
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, interrupt)
    try:
        with Sandbox(**options) as sandbox:
            serving.set()
            if as_json:
                _say(json.dumps({"url": sandbox.url, "api_key": sandbox.api_key}))
            else:
                where = f", and runs jobs on {options['runner']}" if options["runner"] else ""
                _say(f"The sandbox serves {sandbox.url} from {sandbox.data}{where}; Ctrl-C stops it.")
                _say(f"export PROTEINIQ_BASE_URL={sandbox.url}")
                _say(f"export PROTEINIQ_API_KEY={sandbox.api_key}")
            # A signal handled by another thread does not end a wait without a timeout.
            while not interrupted.wait(0.5):
                pass
    except (SandboxError, ValueError) as error:
        return _refuse(error)
    except KeyboardInterrupt:
        if serving.is_set():
            raise
        return _refuse("interrupted before the sandbox served anything")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _refuse(error: Exception | str) -> int:
    sys.stderr.write(f"error: {error}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
