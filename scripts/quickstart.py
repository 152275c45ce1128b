"""See it work: a local service, real sequences, results on disk. Needs Python 3.11 or newer, and nothing else.

python scripts/quickstart.py           everything on this machine, no account
python scripts/quickstart.py --keep    and the service stays up for you
python scripts/quickstart.py --live    with PROTEINIQ_API_KEY: one esmfold job on the real service (it costs credits)
"""

import sys

import _old_python

_old_python.refuse()

import argparse  # noqa: E402 - nothing newer is touched before the version is known
import os  # noqa: E402
import subprocess  # noqa: E402
from pathlib import Path  # noqa: E402

import _environment  # noqa: E402

ROOT = _environment.ROOT


def main():
    # type: () -> int
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="leave the local service running")
    parser.add_argument(
        "--live", action="store_true", help="talk to the service of PROTEINIQ_API_KEY instead"
    )
    parser.add_argument(
        "--max-credits",
        type=float,
        default=50.0,
        help="with --live: what the job may cost (default 50, as in the documentation's example of a quote)",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "quickstart-results", help="folder for the results"
    )
    arguments = parser.parse_args()
    if arguments.live and arguments.keep:
        parser.error("--keep is about the local service, --live uses none")
    if arguments.live and not os.environ.get("PROTEINIQ_API_KEY"):
        parser.error("--live needs PROTEINIQ_API_KEY in the environment")
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error("--out can't be made a folder: " + str(error))
    if not os.access(arguments.out, os.W_OK):
        parser.error("--out can't be written to: " + str(arguments.out))
    python = _environment.ensure(extras="sandbox")
    command = [str(python), str(ROOT / "scripts" / "_tour.py"), "--out", str(arguments.out.resolve())]
    command += ["--live", "--max-credits", str(arguments.max_credits)] if arguments.live else []
    command += ["--keep"] if arguments.keep else []
    # Greek letters that the terminal hasn't become question marks, and not an error.
    environment = dict(os.environ, PYTHONIOENCODING=":replace")
    tour = subprocess.Popen(command, env=environment)
    try:
        return tour.wait()
    except KeyboardInterrupt:
        # A terminal has told it too: it stops the local service, which takes a moment.
        try:
            tour.wait(timeout=10)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            tour.terminate()
            tour.wait()
        return 130


if __name__ == "__main__":
    sys.exit(main())
